"""The parts of the Executions page: the list, one execution, its replay, and the comparison with its original."""
