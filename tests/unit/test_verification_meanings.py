"""What a rule of the lake means in the words of a department, for `verify`."""

from __future__ import annotations

from citylake.feed import load_feeds
from citylake.stewardship.verification.rows import _meanings


def test_a_rule_of_a_feed_file_finds_values_that_contradict_each_other():
    feed_id = "governance.service_application"
    found = _meanings({feed_id: load_feeds()[feed_id]})
    of_rule = {
        each["rule"]: (each["kind"], each["source"])
        for each in found
        if each["rule"].startswith(("accepted_after", "decided"))
    }
    assert of_rule["decided_after_acceptance"] == ("wrong_order", None)
    assert of_rule["accepted_after_submission"] == ("wrong_order", None)
    assert of_rule["decided_at.cast"] == ("impossible_time", "decided_at")


def test_a_pattern_finds_codes_that_are_malformed():
    feed_id = "governance.enterprise_shareholding"
    found = _meanings({feed_id: load_feeds()[feed_id]})
    of_pattern = [(each["kind"], each["source"]) for each in found if each["rule"] == "holder_code.pattern"]
    assert of_pattern == [("malformed_code", "持股方代码")]
