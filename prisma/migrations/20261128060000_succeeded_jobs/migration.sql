-- Whether a job that failed was done again since.
create index job_succeeded on job (project_id, name, created_at) where state = 'succeeded';
