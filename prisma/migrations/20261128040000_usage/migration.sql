-- How much devices were used, and where they stand.

-- The rack of a node, where its backend knows it.
alter table node add column rack text;

-- The whole cluster, one row for each half minute before `time`.
create table usage_cluster (
  time timestamptz(3) primary key,
  devices integer not null,
  allocated integer not null,
  -- The sum over devices of the share of time in which they computed; null where nobody measured. The same weighted with MFU.
  busy double precision,
  useful double precision,
  queued integer not null,
  running integer not null
);

-- The same for the devices of a node, by their index: one row for all of them, with null where nobody measured.
create table usage_node (
  node_id text not null references node (id) on update cascade on delete cascade,
  time timestamptz(3) not null,
  busy real[],
  memory_bytes bigint[],
  primary key (node_id, time)
);
