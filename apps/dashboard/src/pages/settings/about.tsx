import { CopyText, KeyValue, linkClass, RelativeTime, Section } from '@massif/ui';
import { useTranslations } from 'use-intl';
import { useSession } from '../../api/session.ts';
import { useTokenName } from '../../shell/token-name.ts';

/** Which Massif this is, who uses it, and where its API is described. */
export function About() {
  const t = useTranslations('settings.about');
  const roles = useTranslations('shell.roles');
  const tokenName = useTokenName();
  const { data: session } = useSession();
  if (!session) return null;
  const external = { target: '_blank', rel: 'noreferrer', className: linkClass };
  return (
    <Section title={t('title')} card>
      <KeyValue
        columns={2}
        items={[
          { key: 'version', label: t('version'), value: session.version },
          { key: 'address', label: t('address'), value: <CopyText text={location.origin} /> },
          { key: 'user', label: t('user'), value: `${tokenName({ name: session.name, session: true })} · ${roles(session.role)}` },
          { key: 'project', label: t('project'), value: session.project },
          { key: 'expires', label: t('expires'), value: session.expiresAt ? <RelativeTime time={session.expiresAt} /> : t('never') },
          {
            key: 'api',
            label: t('api'),
            value: (
              <span className="flex flex-wrap gap-x-4">
                <a href="/docs" {...external}>
                  {t('reference')}
                </a>
                <a href="/openapi.json" {...external}>
                  openapi.json
                </a>
              </span>
            ),
          },
        ]}
      />
    </Section>
  );
}
