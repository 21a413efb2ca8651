-- Whether anybody ever tried to admit a delivery is asked at every admission.
create index on ledger.runs (subject);
