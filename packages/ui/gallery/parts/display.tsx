import { jobStates } from '@massif/contracts';
import { Cpu, Plus } from 'lucide-react';
import {
  Badge,
  Button,
  Card,
  Kbd,
  KeyValue,
  Logo,
  PageHeader,
  Progress,
  quietLinkClass,
  RelativeTime,
  Section,
  Stat,
  StateBadge,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
  TabList,
  tabClass,
  type Tone,
} from '../../src/index.ts';
import { Held, Specimen } from '../specimen.tsx';

const tones: Tone[] = ['neutral', 'accent', 'success', 'warning', 'danger'];
const now = Date.now();
const rows = [
  { name: 'llama-7b-pretrain', state: 'running', devices: 64, loss: '2.1043', speed: '412,030', ago: 42 },
  { name: 'moby-dick', state: 'recovering', devices: 2, loss: '4.7497', speed: '25,007', ago: 3800 },
  { name: 'gpt2-124m-openwebtext-lr-sweep-0003', state: 'queued', devices: 8, loss: '–', speed: '–', ago: 90_000 },
  { name: 'long-context', state: 'failed', devices: 16, loss: '3.0012', speed: '–', ago: 400_000 },
] as const;

export function Display() {
  return (
    <div>
      <Specimen name="StateBadge">
        {jobStates.map((state) => (
          <StateBadge key={state} state={state} label={state} />
        ))}
      </Specimen>
      <Specimen name="Badge">
        {tones.map((tone) => (
          <Badge key={tone} tone={tone}>
            {tone}
          </Badge>
        ))}
        <Badge icon={Cpu}>8 × H100</Badge>
      </Specimen>
      <Specimen name="PageHeader" wide>
        <PageHeader
          trail={<a href="#pageheader">Jobs</a>}
          title="llama-7b-pretrain"
          badge={<StateBadge state="running" label="running" />}
          description="Step 14,400 of 30,000, done at about 18:40"
          actions={
            <>
              <Button>Restart</Button>
              <Button variant="primary" icon={Plus}>
                New job
              </Button>
            </>
          }
        />
        <TabList label="Views of the job">
          {['Overview', 'Metrics', 'Logs', 'Layout'].map((tab) => (
            <a key={tab} href="#pageheader" aria-current={tab === 'Metrics' ? 'page' : undefined} className={tabClass}>
              {tab}
            </a>
          ))}
        </TabList>
      </Specimen>
      <Specimen name="Stat" wide>
        <Card>
          <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
            <Stat label="Step time" value="1.24" unit="s" trend={{ direction: 'down', label: '4 % since yesterday', tone: 'good' }} />
            <Stat label="MFU" value="38.2" unit="%" trend={{ direction: 'down', label: '2.1 % below plan', tone: 'bad' }} />
            <Stat label="Tokens" value="3.2" unit="M/s" hint="of 3.4 planned" />
            <Stat label="Cost" value={null} hint="no price is set" />
          </div>
        </Card>
      </Specimen>
      <Specimen name="Section" wide>
        <Section
          title="Jobs"
          description="Those of this project"
          card="flush"
          actions={
            <Button size="sm" variant="ghost">
              All jobs
            </Button>
          }
        >
          <Held<'ascending' | 'descending'> initial="ascending">
            {(sort, set) => (
              <Table label="Jobs" maxHeight={320}>
                <TableHead>
                  <tr>
                    <TableHeaderCell sort={sort} onSort={() => set(sort === 'ascending' ? 'descending' : 'ascending')}>
                      Name
                    </TableHeaderCell>
                    <TableHeaderCell>State</TableHeaderCell>
                    <TableHeaderCell numeric sort="none" onSort={() => {}}>
                      Devices
                    </TableHeaderCell>
                    <TableHeaderCell numeric>Loss</TableHeaderCell>
                    <TableHeaderCell numeric>Tokens/s</TableHeaderCell>
                    <TableHeaderCell>Changed</TableHeaderCell>
                  </tr>
                </TableHead>
                <TableBody>
                  {rows.map((row, index) => (
                    <TableRow key={row.name} interactive selected={index === 1} tone={row.state === 'failed' ? 'danger' : undefined}>
                      <TableCell>
                        <a href="#section" className={quietLinkClass}>
                          {row.name}
                        </a>
                      </TableCell>
                      <TableCell>
                        <StateBadge state={row.state} label={row.state} />
                      </TableCell>
                      <TableCell numeric>{row.devices}</TableCell>
                      <TableCell numeric>{row.loss}</TableCell>
                      <TableCell numeric>{row.speed}</TableCell>
                      <TableCell>
                        <RelativeTime time={now - row.ago * 1000} />
                      </TableCell>
                    </TableRow>
                  ))}
                </TableBody>
              </Table>
            )}
          </Held>
        </Section>
      </Specimen>
      <Specimen name="KeyValue" wide>
        <Section title="Layout" card level={3}>
          <KeyValue
            columns={2}
            items={[
              { key: 'dp', label: 'Data parallel', value: '4 replicas' },
              { key: 'tp', label: 'Tensor parallel', value: '8 ranks' },
              { key: 'zero', label: 'ZeRO', value: 'stage 1' },
              { key: 'price', label: 'Cost', value: null },
            ]}
          />
        </Section>
      </Specimen>
      <Specimen name="Progress" wide>
        <Progress label="Training" value={0.48} valueText="14,400 of 30,000 steps" />
        <Progress label="Recovering" value={0.3} tone="recovering" valueText="attempt 2" />
        <Progress label="Preparing data" value={null} valueText="reading" />
      </Specimen>
      <Specimen name="Small">
        <Kbd>g</Kbd>
        <Logo label="Massif" className="size-8" />
        <RelativeTime time={now - 200_000} />
      </Specimen>
    </div>
  );
}
