import { TextField } from '@massif/ui';
import { useRouter } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';

/** While somebody types, what is searched follows at a small distance; each letter needs no address of its own. */
const typingMs = 200;

interface SearchFieldProps {
  label: string;
  /** What the address says. */
  value: string;
  onSearch: (text: string) => void;
  className?: string;
}

/** Text that the address follows. It is the field's own: one that waited for the router would lose keys and the place of the cursor. */
export function SearchField({ label, value, onSearch, className }: SearchFieldProps) {
  const [text, setText] = useState(value);
  /** What the address is, or is about to be, for all that is known here. */
  const [told, setTold] = useState(value);
  const [seen, setSeen] = useState(value);
  if (value !== seen) {
    setSeen(value);
    // By other means than this field, such as the way back.
    if (value !== told) {
      setTold(value);
      setText(value);
    }
  }
  const search = () => {
    setTold(text.trim());
    onSearch(text.trim());
  };
  const searchNow = useEffectEvent(search);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (text.trim() === told) return;
    timer.current = setTimeout(searchNow, typingMs);
    return () => clearTimeout(timer.current);
  }, [text, told]);
  // Whoever goes on to another page, which may take a while to load, is not brought back.
  const router = useRouter();
  useEffect(() => router.subscribe('onBeforeNavigate', ({ pathChanged }) => pathChanged && clearTimeout(timer.current)), [router]);
  return (
    <TextField
      type="search"
      icon={Search}
      aria-label={label}
      placeholder={label}
      maxLength={200}
      value={text}
      onChange={({ target }) => setText(target.value)}
      onKeyDown={({ key }) => key === 'Enter' && text.trim() !== told && search()}
      className={className}
    />
  );
}
