"""Try every reading page in a founded zone; run by pytest."""
import pytest, re
from django.test import Client
from django.urls import reverse
from lianjing.cli.demonstration.zone import PASSWORD
@pytest.mark.django_db
def test_pages(zone):
    from lianjing.runtime.org.models import LoginAccount
    for number in ("30001","20111","20703","20701","10003","10001"):
        c=Client(); c.force_login(LoginAccount.objects.get(number=number))
        for name in ("org_units","org_posts","org_persons","org_appointments","org_delegations","org_conflicts","org_powers","org_who","parameters","calendar","bottlenecks","cockpit","trail","works_projects","works_project_open","org_unit_new","org_post_new","org_person_new","org_appoint","org_power_new","org_delegation_give"):
            r=c.get(reverse(name)); print(number,name,r.status_code,len(r.content))
        r=c.get(reverse("cockpit")+"?wall=1"); print(number,"wall",r.status_code)
        r=c.get(reverse("org_person",args=[LoginAccount.objects.get(number="20703").person_id])); print(r.status_code)
        r=c.get(reverse("trace",args=["person","5"])); print(r.status_code)
        r=c.get(reverse("org_posts")+"?export=xlsx"); print(r.status_code, r["Content-Type"])
