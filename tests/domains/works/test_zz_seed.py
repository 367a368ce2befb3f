import random, collections, pytest
from tests.domains.works.test_five_reviews import *
from tests.domains.works.conftest import *
@pytest.mark.parametrize("seed", range(12))
def test_s(contracted, seed):
    play, project, contract = contracted
    matter = play.open(OFFICER, "works_payment", project)
    office = Office(play, contract, matter, random.Random(seed))
    n=0
    for n in range(80):
        if not office.act(): break
    print("SEED", seed, n, check_money_stands_on_five(matter), list(WorkItem.objects.filter(matter=matter, closed_at=None).values_list("step_key", flat=True)), Review.objects.filter(matter=matter).count(), WorkItem.objects.filter(matter=matter,outcome="returned").count())
