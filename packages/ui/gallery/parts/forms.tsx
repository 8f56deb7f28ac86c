import { Cpu, Database, Search, Wand2 } from 'lucide-react';
import { Combobox, Field, RadioCards, Select, Switch, TextField, type Option } from '../../src/index.ts';
import { Held, Specimen } from '../specimen.tsx';

const precisions: Option<string>[] = [
  { value: 'bf16', label: 'bf16', description: 'Weights and activations in bfloat16, sums in float32' },
  { value: 'fp32', label: 'fp32' },
  { value: 'fp8', label: 'fp8', description: 'No device here can do it', disabled: true },
];
const models: Option<string>[] = ['gpt2-124m', 'gpt2-355m', 'gpt2-774m', 'gpt2-1.5b', 'llama-7b', 'llama-13b', 'llama-70b'].map((name) => ({
  value: name,
  label: name,
}));

export function Forms() {
  return (
    <div>
      <Specimen name="TextField">
        <Field label="Name" description="Lower case, digits and dashes." required className="w-64">
          <TextField defaultValue="moby-dick" />
        </Field>
        <Field label="Data" error="No file matches data/*.txt. Give a folder that holds text files." className="w-64">
          <TextField defaultValue="data/*.txt" mono />
        </Field>
        <Field label="Disabled" disabled className="w-64">
          <TextField defaultValue="set by the preset" />
        </Field>
        <TextField aria-label="Search jobs" icon={Search} placeholder="Search jobs" className="w-64" />
      </Specimen>
      <Specimen name="Select and Combobox">
        <Held initial="bf16">
          {(value, set) => (
            <Field label="Precision" className="w-56">
              <Select value={value} onValueChange={set} options={precisions} />
            </Field>
          )}
        </Held>
        <Held<string | null> initial={null}>
          {(value, set) => (
            <Field label="Model" className="w-56">
              <Combobox value={value} onValueChange={set} options={models} placeholder="Type a name" />
            </Field>
          )}
        </Held>
        <Held initial="bf16">
          {(value, set) => <Select aria-label="Precision" compact value={value} onValueChange={set} options={precisions} />}
        </Held>
      </Specimen>
      <Specimen name="Switch">
        <Held<boolean> initial>{(value, set) => <Switch checked={value} onCheckedChange={set} label="Follow" />}</Held>
        <Held initial={false}>
          {(value, set) => <Switch checked={value} onCheckedChange={set} label="Logarithmic" description="Of the loss." />}
        </Held>
      </Specimen>
      <Specimen name="RadioCards" wide>
        <Held initial="auto">
          {(value, set) => (
            <RadioCards
              label="Layout"
              value={value}
              onValueChange={set}
              options={[
                {
                  value: 'auto',
                  title: 'Planned',
                  icon: Wand2,
                  description: 'The fastest layout that fits, chosen again when devices change.',
                  aside: '1.24 s',
                },
                { value: 'manual', title: 'My own', icon: Cpu, description: 'dp, tp, pp and cp as you set them.' },
                { value: 'cheap', title: 'Cheapest', icon: Database, description: 'No price is known for these devices.', disabled: true },
              ]}
            />
          )}
        </Held>
      </Specimen>
    </div>
  );
}
