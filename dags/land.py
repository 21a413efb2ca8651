"""Land what arrives in the inbox, pull what has to be fetched, and admit it feed by feed."""

from __future__ import annotations

from airflow.sdk import DAG, Asset, AssetWatcher, task
from tasks import DAG_DEFAULTS, WOKEN, call, landed

from citylake.feed import Feed, load_feeds
from citylake.land.trigger import InboxTrigger

inbox = Asset("inbox", watchers=[AssetWatcher(name="inbox", trigger=InboxTrigger())])

with DAG("land__inbox", schedule=[inbox], tags=["land"], doc_md=__doc__, **DAG_DEFAULTS):

    @task(outlets=[WOKEN])
    def land(*, outlet_events):
        """Take every object that waits to the landing bucket; wake the feeds it belongs to."""
        from citylake.land import land as verb

        result = call(verb, done="objects")
        for feed_id in result["feeds"]:
            outlet_events[WOKEN].add(landed(feed_id))
        return result

    land()


def feed_dag(feed: Feed) -> DAG:
    """Admit the waiting deliveries of one feed."""
    dag_id = f"feed__{feed.department}__{feed.dataset}"
    with DAG(dag_id, schedule=[landed(feed.feed_id)], tags=["feed", feed.department],
             description=feed.title.en, doc_md=feed.grain, **DAG_DEFAULTS) as dag:  # fmt: skip

        @task(outlets=[Asset(feed.admitted)])
        def admit():
            """Admit every delivery that waits, in order of arrival."""
            from citylake.admit import admit_waiting

            return call(admit_waiting, feed.feed_id, done="admitted")

        admit()
    return dag


def pull_dag(feed: Feed) -> DAG:
    """Ask the source of one feed for what is new."""
    dag_id = f"land__{feed.department}__{feed.dataset}"
    with DAG(dag_id, schedule=feed.arrival.every, tags=["land", feed.department],
             description=feed.title.en, doc_md=f"From {feed.arrival.told}.", **DAG_DEFAULTS) as dag:  # fmt: skip

        @task(outlets=[landed(feed.feed_id)])
        def land():
            """Land what the source has that was not landed yet."""
            from citylake.land.pull import land_feed

            return call(land_feed, feed.feed_id, done="deliveries")

        land()
    return dag


for declared in load_feeds().values():
    if declared.arrival.is_pulled:
        globals()[f"land__{declared.department}__{declared.dataset}"] = pull_dag(declared)
    globals()[f"feed__{declared.department}__{declared.dataset}"] = feed_dag(declared)
