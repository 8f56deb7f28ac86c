-- What happens to jobs, and what they report while they run: partitioned, so that old parts are dropped whole. Prisma cannot
-- describe these tables. None refers to `job`: each row is written by a statement that changes the job's row, or one that does refer to it.

-- What happened to a job. Partitioned as metrics are, so that a job's events are together and (job_id, seq) is unique.
create table event (
  job_id text collate "C" not null,
  -- From 1 without a gap: raised in the job's row by the statement that writes the event.
  seq integer not null,
  project_id text not null,
  time timestamptz(3) not null default now(),
  type text not null,
  from_state text,
  to_state text,
  attempt integer not null default 0,
  reason jsonb,
  data jsonb,
  primary key (job_id, seq)
) partition by range (job_id);
create table event_default partition of event default;

-- One row for each step of a job; the latest attempt that reached the step wins. Partitioned by the time at which the job
-- was submitted, which its id begins with: a job's rows are together, and (job_id, step) is unique.
create table metric (
  job_id text collate "C" not null,
  step integer not null,
  project_id text not null,
  -- Order of writing within the job: a reader goes on after the last one it has seen.
  seq bigint not null,
  attempt integer not null,
  time timestamptz(3) not null default now(),
  loss double precision,
  grad_norm double precision,
  tokens double precision,
  step_time_ms double precision,
  learning_rate double precision,
  -- Columns that only some jobs have: { name: number }.
  extra jsonb,
  primary key (job_id, step)
) partition by range (job_id);
create index metric_job_id_seq_idx on metric (job_id, seq);
create table metric_default partition of metric default;

-- Lines that ranks printed. Partitioned by the day on which they came in.
create table log (
  job_id text collate "C" not null,
  seq bigint not null,
  project_id text not null,
  attempt integer not null,
  rank integer not null,
  -- When it was printed, by the clock of the node.
  time timestamptz(3) not null,
  stream text not null,
  line text not null,
  received_at timestamptz(3) not null default now()
) partition by range (received_at);
create index log_job_id_seq_idx on log (job_id, seq);
create table log_default partition of log default;
