-- Those that failed lately are asked for every two seconds while somebody looks. (Prisma cannot say `where`.)
create index job_failed on job (project_id, ended_at) where state = 'failed';
