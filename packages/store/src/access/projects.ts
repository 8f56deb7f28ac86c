import { newId } from '@massif/contracts';
import type { Database } from '../database/database.ts';
import type { Project } from '../rows.ts';
import type { ProjectStore } from '../store.ts';

/** Name of the project and queue that exist from the start, and of the first user. */
const defaultName = 'default';
const adminName = 'admin';

export function projectStore({ prisma, query }: Database): ProjectStore {
  return {
    ensureDefaults: async () => {
      await query('insert into project (id, name) values ($1, $2) on conflict (name) do nothing', [newId('project'), defaultName]);
      const project = await prisma.project.findUniqueOrThrow({ where: { name: defaultName } });
      await query(
        `with queue_there as (insert into queue (id, project_id, name) values ($1, $2, $3) on conflict (project_id, name) do nothing)
         insert into app_user (id, project_id, name) values ($4, $2, $5) on conflict (project_id, name) do nothing`,
        [newId('queue'), project.id, defaultName, newId('user'), adminName],
      );
      const user = await prisma.user.findUniqueOrThrow({ where: { projectId_name: { projectId: project.id, name: adminName } } });
      return { project, adminUserId: user.id };
    },
    byName: (name): Promise<Project | null> => prisma.project.findUnique({ where: { name } }),
    list: () => prisma.project.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
  };
}
