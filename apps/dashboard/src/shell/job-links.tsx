import { linkClass } from '@massif/ui';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';

/** A sentence in which each job that is named by its id is a link to it. */
export function JobLinks({ children }: { children: string }) {
  return children.split(/(job_[0-9A-HJKMNP-TV-Z]{26})/).map((part, index) =>
    index % 2 === 1 ? (
      <Link key={index} to="/jobs/$id" params={{ id: part }} className={linkClass}>
        {part}
      </Link>
    ) : (
      <Fragment key={index}>{part}</Fragment>
    ),
  );
}
