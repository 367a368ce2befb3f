from lianjing.runtime.org.models import *
from lianjing.runtime.org.queries import *
def test_x(browser, zone):
    import re
    post = Post.objects.get(unit__code="ZONE", key="leader_in_charge")
    second = Person.objects.get(login__number="20701")
    Appointment.objects.create(person=second, post=post, from_on=zone.today(), basis="误任")
    print(who_could(zone.today(), post.id))
    t=browser("30001").get(f"/org/who/?post={post.id}").content.decode()
    i=t.index("card-body"); print(t[i-200:i+1800])
