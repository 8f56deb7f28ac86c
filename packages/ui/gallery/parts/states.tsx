import { Boxes } from 'lucide-react';
import { Banner, Button, Card, EmptyState, ErrorState, Skeleton, SkeletonText } from '../../src/index.ts';
import { Specimen } from '../specimen.tsx';

export function States() {
  return (
    <div>
      <Specimen name="EmptyState" wide>
        <Card flush>
          <EmptyState
            icon={Boxes}
            title="No jobs yet"
            text="A job trains a model on your devices. Begin with the example: it takes about two minutes."
            action={<Button variant="primary">New job</Button>}
            command="npx massif submit -f examples/moby-dick.yaml --follow"
          />
        </Card>
      </Specimen>
      <Specimen name="ErrorState" wide>
        <Card flush>
          <ErrorState
            title="The plan does not fit"
            meaning="The job was not submitted; nothing was changed."
            whatToDo="Take 4 devices or more, or let the optimizer state lie in host memory."
            code="does_not_fit"
            requestId="req_01M88RZH6CSPY08VWSRWHQYSKH"
            action={<Button size="sm">Try again</Button>}
          />
        </Card>
        <Card flush>
          <ErrorState compact title="Usage could not be read" meaning="The jobs are not touched by that." code="unavailable" />
        </Card>
      </Specimen>
      <Specimen name="Banner" wide>
        <Banner>This is a demonstration: its devices are simulated.</Banner>
        <Banner tone="offline" action={<Button size="sm">Try now</Button>}>
          Not connected since 14:02. What you see may be old; trying again in 4 s.
        </Banner>
        <Banner tone="warning">2 devices are unhealthy.</Banner>
        <Banner tone="danger">The controller has not been seen for 3 minutes: jobs run on, new ones do not start.</Banner>
      </Specimen>
      <Specimen name="Skeleton" wide>
        <Card>
          <div className="flex flex-col gap-3">
            <Skeleton className="h-7 w-40" />
            <SkeletonText />
          </div>
        </Card>
      </Specimen>
    </div>
  );
}
