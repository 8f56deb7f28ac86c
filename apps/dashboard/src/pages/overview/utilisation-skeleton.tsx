import { Card, Skeleton } from '@massif/ui';

/** In place of the picture of use, as high as that is. */
export function UtilisationSkeleton() {
  return (
    <Card>
      <Skeleton className="h-87" />
    </Card>
  );
}
