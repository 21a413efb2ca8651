"""Whose numbers are one person's, typed by hand."""

from simulator.truth.persons import NOBODY, persons

# Right numbers of two persons, and the first one's with other characters.
ANN, BOB = "33800619861123440" + "3", "33804920150317681" + "0"


def test_numbers_are_one_persons_if_they_differ_in_a_character_and_a_name_is_the_same():
    wrong = ANN[:5] + "7" + ANN[6:]
    wrong_too = wrong[:9] + "4" + wrong[10:]
    off_by_two = ANN[:5] + "75" + ANN[7:]
    assert persons([ANN, wrong, BOB], ["安", "安", "安"]) == [0, 0, 1]
    assert persons([ANN, wrong], ["安", "李"]) == [0, 1]
    assert persons([ANN, wrong], ["", ""]) == [0, 1]  # that there is no name is not the same name
    assert persons([ANN, off_by_two], ["安", "安"]) == [0, 1]
    # Any encounter of the one and any of the other, and so on from number to number.
    assert persons([ANN, ANN, wrong, wrong, wrong_too], ["安", "", "李", "安", "李"]) == [0, 0, 0, 0, 0]
    assert persons(["", "", ANN], ["安", "安", "安"]) == [NOBODY, NOBODY, 0]
    # Both wrong, in the same place; the check character is one too, and may be an X.
    assert persons([wrong, ANN[:5] + "8" + ANN[6:]], ["安", "安"]) == [0, 0]
    assert persons([ANN, ANN[:-1] + "X"], ["安", "安"]) == [0, 0]
    assert persons(["330X", "3300", "3301"], ["安", "安", "李"]) == [0, 0, 1]
    assert persons([], []) == []
