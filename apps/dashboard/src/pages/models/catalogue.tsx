import type { Model } from '@massif/contracts';
import {
  Badge,
  EmptyState,
  linkClass,
  Section,
  SkeletonRows,
  Switch,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
} from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useDeferredValue } from 'react';
import { useTranslations } from 'use-intl';
import { useMay } from '../../api/session.ts';
import { useFormat } from '../../i18n/format.ts';
import { Failure } from '../../shell/failure.tsx';
import { moveInRows } from '../../shell/row-keys.ts';
import { SearchField } from '../../shell/search-field.tsx';
import { filterModels } from './filter.ts';
import { catalogueQuery } from './queries.ts';

const route = getRouteApi('/models');

/** Models of the catalogue, from the smallest. */
export function Catalogue() {
  const t = useTranslations('models.catalogue');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const maySubmit = useMay('jobs:write');
  const catalogue = useQuery(catalogueQuery);
  const models = useDeferredValue(catalogue.data && filterModels(catalogue.data, search));
  // What is typed comes a little later: it changes the address as it is by then.
  const change = (next: typeof search) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true, resetScroll: false });
  return (
    <Section
      title={t('title')}
      description={catalogue.data && models ? t('count', { shown: models.length, count: catalogue.data.length }) : '\u00a0'}
      card="flush"
      actions={
        <>
          <Switch
            checked={search.trainable ?? false}
            onCheckedChange={(on) => change({ trainable: on || undefined })}
            label={t('trainableOnly')}
          />
          <SearchField
            label={t('search')}
            value={search.search ?? ''}
            onSearch={(text) => change({ search: text || undefined })}
            className="w-60"
          />
        </>
      }
    >
      {catalogue.isError ? (
        <Failure error={catalogue.error} retry={() => void catalogue.refetch()} compact />
      ) : models?.length === 0 ? (
        <EmptyState icon={Search} title={t('nothing')} text={t('nothingText')} />
      ) : (
        <Table label={t('title')}>
          <TableHead>
            <tr>
              <TableHeaderCell>{t('model')}</TableHeaderCell>
              <TableHeaderCell className="max-md:hidden">{t('family')}</TableHeaderCell>
              <TableHeaderCell numeric>{t('parameters')}</TableHeaderCell>
              <TableHeaderCell numeric className="max-md:hidden">
                {t('layers')}
              </TableHeaderCell>
              <TableHeaderCell numeric className="max-md:hidden">
                {t('hidden')}
              </TableHeaderCell>
              <TableHeaderCell numeric className="max-sm:hidden">
                {t('sequence')}
              </TableHeaderCell>
              <TableHeaderCell>
                <span className="sr-only">{t('actions')}</span>
              </TableHeaderCell>
            </tr>
          </TableHead>
          <TableBody onKeyDown={moveInRows}>
            {models ? (
              models.map((model) => <ModelRow key={model.name} model={model} maySubmit={maySubmit} />)
            ) : (
              <SkeletonRows rows={8} columns={7} />
            )}
          </TableBody>
        </Table>
      )}
    </Section>
  );
}

function ModelRow({ model, maySubmit }: { model: Model; maySubmit: boolean }) {
  const t = useTranslations('models.catalogue');
  const format = useFormat();
  return (
    <TableRow>
      <TableCell className="truncate max-sm:w-full max-sm:max-w-0">
        <span className="font-medium">{model.name}</span>
        {model.aliases[0] !== undefined && <span className="ml-2 text-text-3 max-md:hidden">{model.aliases[0]}</span>}
      </TableCell>
      <TableCell className="whitespace-nowrap max-md:hidden">{model.family}</TableCell>
      <TableCell numeric>
        {format.count(model.parameters)}
        {model.activeParameters < model.parameters && (
          <span className="block text-xs text-text-3">{t('active', { count: format.count(model.activeParameters) })}</span>
        )}
      </TableCell>
      <TableCell numeric className="max-md:hidden">
        {format.integer(model.layers)}
      </TableCell>
      <TableCell numeric className="max-md:hidden">
        {format.integer(model.hidden)}
      </TableCell>
      <TableCell numeric className="max-sm:hidden">
        {t('tokens', { count: format.integer(model.sequence) })}
      </TableCell>
      <TableCell numeric>
        {!model.trainable ? (
          <Badge>{t('notYet')}</Badge>
        ) : (
          maySubmit && (
            <Link
              to="/new"
              search={{ model: model.name }}
              className={`${linkClass} inline-flex h-6 items-center`}
              aria-label={t('trainOne', { name: model.name })}
            >
              {t('train')}
            </Link>
          )
        )}
      </TableCell>
    </TableRow>
  );
}
