-- The tables that schema.prisma describes. Names of keys and indexes are those that Prisma would give.

create table project (
  id text primary key,
  name text not null,
  created_at timestamptz(3) not null default now()
);
create unique index project_name_key on project (name);

create table app_user (
  id text primary key,
  project_id text not null references project (id) on update cascade on delete restrict,
  name text not null,
  created_at timestamptz(3) not null default now()
);
create unique index app_user_project_id_name_key on app_user (project_id, name);

create table api_token (
  id text primary key,
  project_id text not null references project (id) on update cascade on delete restrict,
  user_id text references app_user (id) on update cascade on delete set null,
  name text not null,
  role text not null,
  hash bytea not null,
  created_at timestamptz(3) not null default now(),
  last_used_at timestamptz(3),
  expires_at timestamptz(3),
  revoked_at timestamptz(3)
);
create unique index api_token_hash_key on api_token (hash);
create index api_token_project_id_created_at_id_idx on api_token (project_id, created_at, id);

create table queue (
  id text primary key,
  project_id text not null references project (id) on update cascade on delete restrict,
  name text not null,
  created_at timestamptz(3) not null default now()
);
create unique index queue_project_id_name_key on queue (project_id, name);

create table job (
  id text primary key,
  project_id text not null references project (id) on update cascade on delete restrict,
  queue text not null,
  name text not null,
  kind text not null,
  priority integer not null default 0,
  state text not null,
  version integer not null default 1,
  event_seq integer not null default 1,
  attempt integer not null default 0,
  reason jsonb,
  spec jsonb not null,
  plan jsonb,
  result jsonb,
  cancel_requested_at timestamptz(3),
  not_before timestamptz(3),
  restarts integer not null default 0,
  restarts_without_progress integer not null default 0,
  created_by text,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  started_at timestamptz(3),
  ended_at timestamptz(3),
  foreign key (project_id, queue) references queue (project_id, name) on update cascade on delete restrict
);
create index job_project_id_created_at_id_idx on job (project_id, created_at, id);
create index job_created_at_id_idx on job (created_at, id);
create index job_state_idx on job (state);

create table progress (
  job_id text primary key references job (id) on update cascade on delete cascade,
  project_id text not null references project (id) on update cascade on delete restrict,
  metric_seq bigint not null default 0,
  log_seq bigint not null default 0,
  step integer,
  loss double precision,
  tokens bigint,
  step_time_ms double precision,
  tokens_per_second double precision,
  updated_at timestamptz(3)
) with (fillfactor = 50);

create table attempt (
  id text primary key,
  project_id text not null references project (id) on update cascade on delete restrict,
  job_id text not null references job (id) on update cascade on delete cascade,
  number integer not null,
  token_hash bytea not null,
  placement jsonb not null,
  resumed_from integer,
  admitted_at timestamptz(3) not null default now(),
  launched_at timestamptz(3),
  heartbeat_at timestamptz(3),
  stop_requested_at timestamptz(3),
  frame_seq integer not null default 0,
  step integer,
  outcome text,
  code text,
  message text,
  result jsonb,
  reported_at timestamptz(3),
  ended_at timestamptz(3)
) with (fillfactor = 50);
create unique index attempt_job_id_number_key on attempt (job_id, number);

create table node (
  id text primary key,
  name text not null,
  state text not null default 'ready',
  cores integer not null,
  memory_bytes bigint not null,
  profiles jsonb not null default '{}',
  created_at timestamptz(3) not null default now(),
  seen_at timestamptz(3) not null default now()
);
create unique index node_name_key on node (name);

create table device (
  id text primary key,
  node_id text not null references node (id) on update cascade on delete cascade,
  index integer not null,
  type text not null,
  memory_bytes bigint not null,
  healthy boolean not null default true
);
create unique index device_node_id_index_key on device (node_id, index);

create table rank (
  attempt_id text not null references attempt (id) on update cascade on delete cascade,
  rank integer not null,
  project_id text not null references project (id) on update cascade on delete restrict,
  node_id text not null references node (id) on update cascade on delete restrict,
  device_id text not null references device (id) on update cascade on delete restrict,
  state text not null default 'starting',
  pid integer,
  step integer,
  updated_at timestamptz(3),
  primary key (attempt_id, rank)
) with (fillfactor = 50);

create table allocation (
  id text primary key,
  project_id text not null references project (id) on update cascade on delete restrict,
  device_id text not null references device (id) on update cascade on delete restrict,
  job_id text not null references job (id) on update cascade on delete cascade,
  attempt_id text not null references attempt (id) on update cascade on delete cascade,
  created_at timestamptz(3) not null default now(),
  released_at timestamptz(3)
);
create index allocation_attempt_id_idx on allocation (attempt_id);
create index allocation_job_id_idx on allocation (job_id);
-- A device cannot be given twice, whatever the code does. (Prisma cannot say `where`.)
create unique index allocation_device_in_use on allocation (device_id) where released_at is null;

create table evaluation (
  job_id text not null references job (id) on update cascade on delete cascade,
  step integer not null,
  project_id text not null references project (id) on update cascade on delete restrict,
  seq bigint not null,
  attempt integer not null,
  time timestamptz(3) not null default now(),
  loss double precision,
  primary key (job_id, step)
);

create table checkpoint (
  id text primary key,
  project_id text not null references project (id) on update cascade on delete restrict,
  job_id text not null references job (id) on update cascade on delete cascade,
  attempt_id text not null references attempt (id) on update cascade on delete cascade,
  step integer not null,
  path text not null,
  bytes bigint not null,
  files jsonb not null,
  committed_at timestamptz(3) not null default now(),
  expired_at timestamptz(3),
  removed_at timestamptz(3)
);
create unique index checkpoint_attempt_id_step_key on checkpoint (attempt_id, step);
create index checkpoint_job_id_step_idx on checkpoint (job_id, step);

create table lease (
  name text primary key,
  holder text not null,
  epoch bigint not null,
  acquired_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null
);

create table idempotency_key (
  project_id text not null references project (id) on update cascade on delete restrict,
  key text not null,
  body_hash bytea not null,
  job_id text not null references job (id) on update cascade on delete cascade,
  status integer not null,
  -- `jsonb` would sort the fields of an object; a repeated request is answered with the same bytes.
  body json not null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  primary key (project_id, key)
);
create index idempotency_key_expires_at_idx on idempotency_key (expires_at);
