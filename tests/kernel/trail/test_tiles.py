"""The log's folder is that of C2SP tlog-tiles, and what is read back from it is what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.merkle import (
    check_consistency,
    check_inclusion,
    consistency_proof,
    frontier_at,
    inclusion_proof,
)
from lianjing.kernel.trail.tiles import (
    BUNDLE_LIMIT,
    Tile,
    bundle,
    changed_tiles,
    entries_of,
    entries_path,
    tile_hashes,
    tile_path,
    tile_root,
    tiles_at,
    width_at,
)
from lianjing.kernel.trail.verification import Fault, recount
from tests.kernel.trail.drawn_log import DrawnLog, flipped, log_of, sizes


def grown(*parts):
    log = DrawnLog()
    for size in parts:
        log.grow([b"entry %d" % number for number in range(log.size, log.size + size)])
    return log


def test_paths_are_those_of_the_specification():
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(1, 0, 1) == "tile/1/000.p/1"
    assert tile_path(7, 999, 255) == "tile/7/999.p/255"
    assert entries_path(1000) == "tile/entries/x001/000"
    assert Tile(0, 3, 256).path == "tile/0/003"


@pytest.mark.parametrize(
    ("level", "index", "width"), [(8, 0, 1), (-1, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)]
)
def test_there_is_no_path_for_a_tile_that_cannot_be(level, index, width):
    with pytest.raises(ValueError, match="no tile has"):
        tile_path(level, index, width)


def test_a_tree_of_70000_has_the_tiles_of_the_specifications_example():
    tiles = list(tiles_at(70_000))
    assert len([tile for tile in tiles if tile.level == 0 and tile.width == 256]) == 273
    assert [tile for tile in tiles if tile.width < 256 or tile.level > 0] == [
        Tile(0, 273, 112), Tile(1, 0, 256), Tile(1, 1, 17), Tile(2, 0, 1),
    ]  # fmt: skip
    assert list(tiles_at(256)) == [Tile(0, 0, 256), Tile(1, 0, 1)]
    assert list(tiles_at(0)) == []
    assert (width_at(70_000, 2, 0), width_at(70_000, 2, 1)) == (1, 0)


@given(sizes, sizes)
def test_exactly_the_tiles_that_a_growing_tree_names_are_written(one, other):
    old, new = sorted((one, other))
    log = grown(old)
    before = dict(log.files)
    log.grow([b"more"] * (new - old))
    written = {path for path in log.files if path not in before and "entries" not in path}
    assert written == {tile.path for tile in changed_tiles(old, new)}
    assert set(before) <= set(log.files)
    assert all(log.files[path] == content for path, content in before.items())


@given(st.lists(st.integers(0, 300), max_size=4))
def test_files_depend_on_the_entries_only_not_on_how_the_log_grew(parts):
    by_parts, at_once = grown(*parts), grown(sum(parts))
    assert {path: by_parts.files[path] for path in at_once.files} == at_once.files


@given(sizes, st.data())
def test_tiles_read_again_give_the_root_and_every_proof(size, data):
    log = log_of(size)
    reader = log.reader()
    assert frontier_at(size, reader).root() == log.root()
    if size:
        index = data.draw(st.integers(0, size - 1))
        check_inclusion(
            index=index,
            size=size,
            leaf=log.leaves[index],
            proof=inclusion_proof(index, size, reader),
            root=log.root(),
        )
        check_consistency(
            old=index,
            new=size,
            old_root=log.root(index),
            new_root=log.root(),
            proof=consistency_proof(index, size, reader),
        )


@given(st.integers(1, 600))
def test_a_smaller_tree_is_read_from_the_full_tiles_that_replaced_its_partial_ones(size):
    log = grown(768)
    log.files = {path: content for path, content in log.files.items() if not path.startswith("tile/0/002.p/")}
    level_0 = log.reader(size)
    assert [level_0(0, index) for index in range(size)] == log.leaves[:size]
    with pytest.raises(KeyError):
        log.reader(769)(0, 768)


def test_a_reader_refuses_subtrees_that_the_tree_does_not_have():
    reader = log_of(5).reader()
    for level, index in [(3, 0), (0, 5), (-1, 0), (0, -1), (1, 2)]:
        with pytest.raises(ValueError, match="no complete subtree"):
            reader(level, index)


def test_a_reader_of_a_large_log_keeps_few_tiles():
    log = grown(70 * 256)
    reader = log.reader()
    assert frontier_at(log.size, reader).root() == log.root()
    assert [reader(0, number * 256) for number in range(70)] == [
        log.leaves[number * 256] for number in range(70)
    ]
    assert len(reader._tiles) <= 64


def test_a_tile_of_another_length_is_malformed_wherever_it_is_read():
    log = grown(5)
    log.files["tile/0/000.p/5"] += b"x"
    with pytest.raises(Malformed, match="161 bytes, 160 are due"):
        log.reader()(0, 0)
    with pytest.raises(Malformed):
        log.grow([b"more"])
    for broken in (b"", b"x" * 8191):
        with pytest.raises(Malformed):
            tile_root(broken)
    with pytest.raises(Malformed):
        tile_hashes(b"x" * 33, 1)
    assert tile_hashes(b"x" * 64, 2) == [b"x" * 32, b"x" * 32]


def test_a_log_does_not_grow_on_a_bundle_of_another_width():
    log = grown(5)
    log.files["tile/entries/000.p/5"] = bundle([b"one"])
    with pytest.raises(Malformed, match="another number"):
        log.grow([b"more"])


# ---------------------------------------------------------------- bundles


@given(st.lists(st.binary(max_size=400), min_size=1, max_size=256))
def test_a_bundle_reads_back_to_its_entries(drawn):
    assert entries_of(bundle(drawn)) == drawn


def test_bundles_of_no_entry_too_many_or_too_long_ones_are_refused():
    for drawn in ([], [b""] * 257, [b"x" * 65536]):
        with pytest.raises(ValueError, match=r"a bundle of|an entry beyond"):
            bundle(drawn)
    assert entries_of(bundle([b"x" * 65535])) == [b"x" * 65535]


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\x00\x02x", b"\x00\x01xy", b"\x00\x00" * 257, b"\x00" * (BUNDLE_LIMIT + 1)]
)
def test_bytes_that_are_no_bundle_are_malformed(data):
    with pytest.raises(Malformed):
        entries_of(data)


# ---------------------------------------------------------------- recount


@given(sizes)
def test_a_recount_of_an_honest_log_finds_its_root_and_no_fault(size):
    log = log_of(size)
    seen = []
    counted = recount(size, log.read_file, progress=lambda done, total: seen.append((done, total)))
    assert (counted.root, counted.faults) == (log.root(), ())
    assert seen[-1:] == ([(size, size)] if size else [])


@given(st.integers(1, 600), st.data())
def test_a_recount_finds_every_turned_bit_of_every_file(size, data):
    log = DrawnLog(log_of(size).entries, dict(log_of(size).files))
    path = data.draw(st.sampled_from(sorted(log.files)))
    log.files[path] = flipped(log.files[path], data.draw(st.integers(0, 2**16)))
    counted = recount(size, log.read_file)
    assert counted.faults or counted.root != log.root()
    if "entries" not in path:
        assert counted == type(counted)(log.root(), (Fault(path, "differs from what the entries give"),))


@given(st.integers(1, 600), st.data())
def test_a_recount_names_every_file_that_is_gone_or_cut(size, data):
    log = DrawnLog(log_of(size).entries, dict(log_of(size).files))
    path = data.draw(st.sampled_from(sorted(log.files)))
    if data.draw(st.booleans()):
        del log.files[path]
    else:
        log.files[path] = log.files[path][:-1]
    counted = recount(size, log.read_file)
    assert counted.faults
    assert (counted.root == b"") == ("entries" in path)


def test_a_recount_refuses_a_bundle_of_another_width():
    log = grown(3)
    log.files["tile/entries/000.p/3"] = bundle([b"entry 0", b"entry 1"])
    assert "2 entries, 3 are due" in recount(3, log.read_file).faults[0].reason


def test_a_log_of_sm3_recounts_with_sm3_only():
    log = log_of(300)
    assert recount(300, log.read_file, "sm3").faults
