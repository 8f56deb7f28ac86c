-- What a list of jobs is filtered by, in its order: of 100,000 jobs the page that is shown is found without reading the others.
-- (Prisma cannot say `include`.)
drop index job_project_id_created_at_id_idx;
create index job_list on job (project_id, created_at, id) include (state, name, kind, queue);
-- To count them by state.
create index job_project_id_state_idx on job (project_id, state);
