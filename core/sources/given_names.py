"""Frequent given names, by which a column of people's names is recognised. Words that name much else are left out."""

GIVEN_NAMES = frozenset(
    """
    aaron adam adrian ahmed aisha alan albert alejandro alex alexander alexandra alfred ali alice alicia amanda amelia amir amy ana
    andrea andreas andrew angela anita ann anna anne annie anthony antonio anton arthur barbara beatrice ben benjamin bernard bernd
    beth betty bob bridget brian bruno carl carla carlos carmen carol caroline catherine cecilia charles charlotte christian
    christina christine christopher claire clara claudia connor cornelia craig cynthia daniel daniela david deborah dennis diana
    diego dieter dimitri dmitri dominic dominik donald donna dorothy douglas edith edward eileen elena elizabeth ella ellen emil
    emily emma eric erik erika ernst esther ethan eva evelyn fatima felix fiona florian frances francesca francisco frank franz
    fred frederick friedrich gabriel gabriela gary george georg gerald gerhard gertrude giovanni giulia gloria greg gregory günter
    hannah hans harold harry hassan heather heidi heinrich helen helena helga henry herbert hermann howard hugo ian ibrahim ida
    igor ingrid irene isaac isabel isabella ivan jack jacob jacqueline jakob james jane janet jan jason javier jean jeffrey jennifer
    jeremy jessica joan joanna johan johanna johann john jonas jonathan jorge jose josef joseph joshua juan juanita judith julia julian
    julie jürgen karen karin karl kate katharina katherine kathleen kathryn keith kelly kenneth kevin klaus kristin kumar kurt
    larry laura lauren laurent lena leo leon leonard leonie lewis liam lillian lina linda lisa louis louise lucas lucia lucy luigi
    luis luisa lukas lydia manfred manuel marc marcel marco marcus margaret maria marie marion mariam mark markus martha martin
    martina mary mateo matilda matthew matthias maurice max maximilian megan mei melissa michael michel michelle miguel mike mohamed
    mohammed monica monika muhammad nadia nancy natalie natasha nathan nicholas nicole nikolai nina noah nora norman olga oliver
    olivia omar oscar otto pablo pamela patricia patrick paul paula pedro peggy peter petra philip philipp phillip pierre priya
    rachel rainer ralph raymond rebecca renate ricardo richard rita robert roberto robin roger roland ronald rosa roxanne rudolf
    russell ruth ryan sabine sabrina sally samantha samuel sandra sara sarah scott sean sebastian sergei sergio sharon shirley silke
    simon sofia sonja sophia sophie stefan stefanie stella stephanie stephen steven susan susanne svetlana sylvia tanja tatiana
    teresa theo theodor theresa thomas timothy tobias todd tom tomas ulrich ulrike ursula uwe valentina vanessa vera veronica
    victor victoria vincent virginia vladimir walter wendy werner wilhelm william wolfgang yan yasmin yuki yusuf yvonne zoe
    """.split()  # noqa: SIM905
)
