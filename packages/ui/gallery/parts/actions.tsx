import { Download, Ellipsis, Pause, Play, Plus, RefreshCw, Trash2 } from 'lucide-react';
import {
  AlertDialog,
  Button,
  buttonClass,
  CommandLine,
  CopyText,
  Dialog,
  IconButton,
  Kbd,
  linkClass,
  Menu,
  MenuItem,
  MenuRadioGroup,
  MenuSeparator,
  Popover,
  quietLinkClass,
  Segmented,
  Tooltip,
  useToast,
  type ToastTone,
} from '../../src/index.ts';
import { Held, Specimen } from '../specimen.tsx';

const tones: ToastTone[] = ['info', 'success', 'warning', 'danger'];

export function Actions() {
  const toast = useToast();
  return (
    <div>
      <Specimen name="Button">
        <Button variant="primary" icon={Plus}>
          New job
        </Button>
        <Button>Restart</Button>
        <Button variant="ghost">Details</Button>
        <Button variant="danger" icon={Trash2}>
          Cancel job
        </Button>
        <Button size="sm" icon={RefreshCw}>
          Retry
        </Button>
        <Held initial={false}>
          {(busy, set) => (
            <Button busy={busy} onClick={() => set(true)}>
              Press to be busy
            </Button>
          )}
        </Held>
        <Button variant="primary" busy>
          Submitting
        </Button>
        <Button disabled>Not now</Button>
        <a href="#button" className={buttonClass()}>
          An anchor
        </a>
      </Specimen>
      <Specimen name="IconButton">
        <IconButton icon={Pause} label="Pause" />
        <IconButton icon={Play} label="Resume" variant="secondary" />
        <IconButton icon={Download} label="Download" size="sm" />
        <Held<boolean> initial>
          {(pressed, set) => <IconButton icon={RefreshCw} label="Follow the end" pressed={pressed} onClick={() => set(!pressed)} />}
        </Held>
        <IconButton icon={Trash2} label="Delete" disabled />
      </Specimen>
      <Specimen name="Links">
        <a href="#links" className={linkClass}>
          the job that frees them
        </a>
        <a href="#links" className={quietLinkClass}>
          llama-7b-pretrain
        </a>
      </Specimen>
      <Specimen name="Segmented">
        <Held initial="24h">
          {(value, set) => (
            <Segmented
              label="Range"
              value={value}
              onValueChange={set}
              options={['1h', '6h', '24h', '7d'].map((range) => ({ value: range, label: range }))}
            />
          )}
        </Held>
      </Specimen>
      <Specimen name="Menu">
        <Held initial="system">
          {(value, set) => (
            <Menu trigger={<IconButton icon={Ellipsis} label="More" variant="secondary" />}>
              <MenuItem icon={RefreshCw} hint="r">
                Restart from the last checkpoint
              </MenuItem>
              <MenuItem icon={Download} disabled>
                Download the model
              </MenuItem>
              <MenuSeparator />
              <MenuRadioGroup
                label="Theme"
                value={value}
                onValueChange={set}
                options={['system', 'light', 'dark'].map((name) => ({ value: name, label: name }))}
              />
              <MenuSeparator />
              <MenuItem icon={Trash2} danger>
                Cancel the job
              </MenuItem>
            </Menu>
          )}
        </Held>
      </Specimen>
      <Specimen name="Dialog">
        <Dialog
          trigger={<Button>Shortcuts</Button>}
          title="Shortcuts"
          description="They work wherever nobody types."
          size="sm"
          footer={<Button variant="primary">Done</Button>}
        >
          <dl className="grid grid-cols-2 gap-y-2">
            <dt>Go to jobs</dt>
            <dd className="flex gap-1">
              <Kbd>g</Kbd>
              <Kbd>j</Kbd>
            </dd>
            <dt>Search</dt>
            <dd>
              <Kbd>/</Kbd>
            </dd>
          </dl>
        </Dialog>
      </Specimen>
      <Specimen name="AlertDialog">
        <Held initial={false}>
          {(open, set) => (
            <AlertDialog
              trigger={<Button>Drain the node</Button>}
              open={open}
              onOpenChange={set}
              title="Drain node-17?"
              confirmLabel="Drain the node"
              onConfirm={() => set(false)}
            >
              <p>Running jobs go on; no new ones start here.</p>
            </AlertDialog>
          )}
        </Held>
        <Held initial={false}>
          {(open, set) => (
            <AlertDialog
              trigger={<Button variant="danger">Cancel the job</Button>}
              open={open}
              onOpenChange={set}
              title="Cancel llama-7b-pretrain?"
              confirmLabel="Cancel the job"
              cancelLabel="Keep it running"
              danger
              typed={{
                label: (
                  <>
                    Type <code className="font-mono">llama-7b-pretrain</code> to go on
                  </>
                ),
                phrase: 'llama-7b-pretrain',
              }}
              onConfirm={() => set(false)}
            >
              <p>The 1,240 steps since the last checkpoint are lost: 38 minutes on 64 devices.</p>
              <CommandLine command="npx massif cancel job_01M88RZH6CSPY08VWSRWHQYSKH" />
            </AlertDialog>
          )}
        </Held>
      </Specimen>
      <Specimen name="Popover and Tooltip">
        <Popover trigger={<Button>Why does it wait?</Button>} title="Waits for 2 of 8 devices">
          <p className="text-text-2">Job llama-7b frees them at about 14:20.</p>
        </Popover>
        <Tooltip text="Model FLOPs utilisation">
          <Button variant="ghost">MFU</Button>
        </Tooltip>
      </Specimen>
      <Specimen name="Toast">
        {tones.map((tone) => (
          <Button
            key={tone}
            onClick={() =>
              toast.show({
                title: 'Submitted moby-dick',
                description: 'It starts when 2 devices are free.',
                tone,
                action: { label: 'Open it', onClick: () => {} },
              })
            }
          >
            {tone}
          </Button>
        ))}
      </Specimen>
      <Specimen name="Copy" wide>
        <CopyText text="job_01M88RZH6CSPY08VWSRWHQYSKH" />
        <CommandLine command="npx massif submit -f examples/moby-dick.yaml --follow" />
        <CommandLine
          prompt={null}
          command={`curl -X POST http://127.0.0.1:7700/api/v1/jobs \\\n  -H "authorization: Bearer $TOKEN" \\\n  --data-binary @examples/moby-dick.yaml`}
        />
      </Specimen>
    </div>
  );
}
