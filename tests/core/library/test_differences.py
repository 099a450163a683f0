"""Differences and merges hold for any texts."""

from hypothesis import given
from hypothesis import strategies as st

from core.library.differences import changed_only, line_pairs, merge, word_pieces

texts = st.text(alphabet="ab \n{}é", max_size=60)


@given(texts, texts)
def test_word_pieces_hold_both_texts(before, after):
    pieces = word_pieces(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


@given(texts, texts)
def test_line_pairs_hold_every_line_of_both_in_order(before, after):
    pairs = line_pairs(before, after)
    left = ["".join(piece.text for piece in pair.left) for pair in pairs if pair.left is not None]
    right = ["".join(piece.text for piece in pair.right) for pair in pairs if pair.right is not None]
    assert left == before.splitlines()
    assert right == after.splitlines()


@given(texts, texts)
def test_changed_only_shows_every_change(before, after):
    pairs = line_pairs(before, after)
    shown = changed_only(pairs)
    assert [pair for pair in pairs if pair.changed] == [pair for pair in shown if pair is not None and pair.changed]


@given(texts, texts)
def test_a_merge_with_an_unchanged_side_is_the_other_side(base, changed):
    assert merge(base, changed, base) == changed
    assert merge(base, base, changed) == changed
    assert merge(base, changed, changed) == changed


def test_changes_in_different_places_are_put_together():
    base = "one\ntwo\nthree\nfour\nfive\n"
    assert merge(base, base.replace("one", "ONE"), base.replace("five", "FIVE")) == "ONE\ntwo\nthree\nfour\nFIVE\n"


def test_changes_of_the_same_line_collide():
    assert merge("one\ntwo\n", "ONE\ntwo\n", "Uno\ntwo\n") is None
    assert merge("one\n", "one\nmine\n", "one\ntheirs\n") is None
