import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { StateBadge } from '@massif/ui';
import './index.css';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <StateBadge state="running" label="running" />
  </StrictMode>,
);
