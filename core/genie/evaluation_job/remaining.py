"""What an evaluation left unmeasured, to be asked again."""

from sqlalchemy.orm import Session

from core import jobs
from core.genie.benchmarks import Benchmark
from core.genie.evaluation_job.requests import request_of
from core.genie.keeping import get_evaluation, stability_of


def unmeasured(session: Session, job_id: str) -> tuple[Benchmark, ...]:
    """The benchmarks that were not measured in every round, or not asked at all, in their order.

    They are the job's own copies. `jobs.retry` asks them again within the same evaluation; a new one may be made of them too.

    Raises:
        NotFoundError: there is no such evaluation.
    """
    repeats = get_evaluation(session, job_id).repeats
    whole = {each.benchmark_id for each in stability_of(session, job_id) if each.measured == repeats}
    request = request_of(jobs.get_job(session, job_id).payload)
    return tuple(each for each in request.benchmarks if each.id not in whole)
