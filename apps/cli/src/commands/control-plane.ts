import { formatBytes, roles, type CreateToken, type List } from '@massif/contracts';
import { pages } from '@massif/sdk';
import { Option, type Command } from 'commander';
import { connect } from '../client/connect.ts';
import { table } from '../format/table.ts';
import { formatAge } from '../format/values.ts';
import type { CliContext } from '../program.ts';
import { moment } from './arguments.ts';
import { examples } from './help.ts';

/** What a control plane is made of: nodes, queues, tokens. */
export function addControlPlaneCommands(program: Command, { environment, output }: CliContext): void {
  program
    .command('nodes')
    .description('machines and their devices')
    .addHelpText('after', examples('massif nodes', 'massif nodes --json'))
    .action(async () => {
      const list = await whole(connect(environment).nodes.list);
      output.print(list, () =>
        table(
          ['name', 'state', 'cores', 'memory', 'devices', 'free', 'measured', 'seen'],
          list.items.map(({ name, state, cores, memoryBytes, devices, calibratedAt, heartbeatAt }) => [
            name,
            state,
            cores,
            formatBytes(memoryBytes),
            [...new Set(devices.map(({ type }) => type))]
              .map((type) => `${devices.filter((device) => device.type === type).length} ${type}`)
              .join(', '),
            devices.filter((device) => device.state === 'free').length,
            formatAge(calibratedAt, Date.now()),
            formatAge(heartbeatAt, Date.now()),
          ]),
        ),
      );
    });

  program
    .command('queues')
    .description('queues and what is in them')
    .addHelpText('after', examples('massif queues', 'massif queues --json'))
    .action(async () => {
      const list = await whole(connect(environment).queues.list);
      output.print(list, () =>
        table(
          ['name', 'project', 'waiting', 'running'],
          list.items.map(({ name, project, waiting, running }) => [name, project, waiting, running]),
        ),
      );
    });

  const token = program.command('token').description('API tokens');

  token
    .command('create')
    .description('make a token; its secret is shown this once')
    .option('--name <name>', 'what it is for', 'massif token create')
    .addOption(new Option('--role <role>', 'what it permits').choices(roles).default('admin'))
    .option('--project <name>', 'what it opens (default: the project of the token in use)')
    .option('--expires <time>', 'when it is refused from, such as 2027-01-31T18:00:00Z (default: never)', moment)
    .addHelpText('after', examples('massif token create', 'massif token create --name ci --role member --expires 2027-01-31T18:00:00Z'))
    .action(async ({ name, role, project, expires }: Pick<CreateToken, 'name' | 'role'> & { project?: string; expires?: string }) => {
      const { id, token: secret } = await connect(environment).tokens.create({
        name,
        role,
        ...(project === undefined ? {} : { project }),
        ...(expires === undefined ? {} : { expiresAt: expires }),
      });
      const created = { id, token: secret };
      output.print(created, () => JSON.stringify(created));
    });

  token
    .command('list')
    .description('tokens without their secrets')
    .addHelpText('after', examples('massif token list'))
    .action(async () => {
      const list = await whole(connect(environment).tokens.list);
      output.print(list, () =>
        table(
          ['id', 'name', 'role', 'project', 'last used', 'expires'],
          list.items.map(({ id, name, role, project, lastUsedAt, expiresAt }) => [
            id,
            name,
            role,
            project,
            formatAge(lastUsedAt, Date.now()),
            expiresAt,
          ]),
        ),
      );
    });

  token
    .command('revoke <id>')
    .description('refuse a token from now on')
    .addHelpText('after', examples('massif token revoke tok_01M88VNMZ0W6YH5TQZ7RJN3KFA'))
    .action(async (id: string) => {
      await connect(environment).tokens.revoke(id);
      output.print({ id }, () => `${id} is revoked`);
    });
}

/** All pages of a list as one. */
async function whole<Item>(read: Parameters<typeof pages<Item>>[0]): Promise<List<Item>> {
  const items: Item[] = [];
  for await (const item of pages(read)) items.push(item);
  return { items, nextCursor: null, total: items.length };
}
