from __future__ import annotations

from contact.bridge import Port
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.media.patchbay import Patchbay

WIRES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda wire: wire[0] != wire[1]), max_size=12)


def test_apply_when_the_wires_change_plugs_only_the_difference() -> None:
    ann, ben, music = Port("ann"), Port("ben"), Port("music")
    bay = Patchbay()
    bay.apply([(ann, ben), (ben, ann)])
    assert (ann.hears(), ben.hears()) == ({"ben"}, {"ann"})
    count = ann.changes + ben.changes
    bay.apply([(ann, ben), (ben, ann)])
    assert ann.changes + ben.changes == count
    bay.apply([(music, ann)])
    assert (ann.hears(), ben.hears()) == ({"music"}, set())


def test_apply_when_a_port_has_vanished_passes_it_over_and_plugs_the_rest() -> None:
    ann, ben, music = Port("ann"), Port("ben"), Port("music")
    bay = Patchbay()
    bay.apply([(ann, ben), (ben, ann)])
    ben.gone = True
    bay.apply([(music, ann), (music, ben)])
    assert "music" in ann.hears()


def test_apply_when_plugging_failed_tries_again_the_next_time() -> None:
    ann, ben = Port("ann"), Port("ben")
    bay = Patchbay()
    ben.gone = True
    bay.apply([(ann, ben)])
    ben.gone = False
    bay.apply([(ann, ben)])
    assert ben.hears() == {"ann"}


def test_forget_when_a_stream_was_made_anew_plugs_the_new_one_without_touching_the_old() -> None:
    ann, old, new = Port("ann"), Port("old"), Port("new")
    bay = Patchbay()
    bay.apply([(ann, old), (old, ann)])
    old.gone = True
    ann.sources.clear()
    bay.forget(old)
    before = old.changes
    bay.apply([(ann, new), (new, ann)])
    assert (ann.hears(), new.hears()) == ({"new"}, {"ann"})
    assert old.changes == before


def test_forget_when_there_is_no_port_does_nothing() -> None:
    ann, ben = Port("ann"), Port("ben")
    bay = Patchbay()
    bay.apply([(ann, ben)])
    bay.forget(None)
    bay.apply([(ann, ben)])
    assert ann.changes == 1


@given(st.lists(WIRES, max_size=8))
def test_apply_when_given_any_sequence_ends_with_just_the_last_wires(steps: list[list[tuple[int, int]]]) -> None:
    ports = [Port(str(number)) for number in range(5)]
    bay = Patchbay()
    for wires in steps:
        bay.apply([(ports[source], ports[sink]) for source, sink in wires])
        plugged = {(source.name, sink.name) for sink in ports for source in sink.sources}
        assert plugged == {(str(source), str(sink)) for source, sink in wires}
