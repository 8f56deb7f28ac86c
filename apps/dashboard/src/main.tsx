import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client.ts';
import { LanguageProvider, readLanguage } from './i18n/language.tsx';
import { LocalizedUi } from './i18n/ui-provider.tsx';
import { createAppRouter } from './router.tsx';
import './index.css';

const queryClient = createQueryClient();
const router = createAppRouter(queryClient);
const words = await readLanguage();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <LanguageProvider initial={words}>
        <LocalizedUi>
          <RouterProvider router={router} />
        </LocalizedUi>
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
);
