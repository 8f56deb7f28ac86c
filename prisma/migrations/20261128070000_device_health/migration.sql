alter table device add column health_since timestamptz(3) not null default now();
