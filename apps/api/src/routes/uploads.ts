import type { Readable } from 'node:stream';
import { createUploadQuerySchema, listOf, uploadListQuerySchema, uploadSchema } from '@massif/contracts';
import { refuseEncoding } from '../http/body.ts';
import { pageOf } from '../http/page.ts';
import { byId, noQuery, problems } from '../http/schemas.ts';
import { found, scopeOf, type App, type RouteContext } from './context.ts';

const tags = ['uploads'];

/** Files for jobs: the body is the file, whatever its content type. */
export function addUploadRoutes(app: App, { uploads }: RouteContext): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, payload, done) => {
    refuseEncoding(request);
    done(null, payload);
  });

  app.post(
    '/uploads',
    {
      config: { permission: 'jobs:write', body: 'stream' },
      schema: {
        tags,
        summary: 'Upload a file',
        description:
          'The body is the file itself. A job spec then names it as `upload:ID`. A file whose name and content the project has already is answered with 200 and the upload that there is.',
        consumes: ['application/octet-stream'],
        querystring: createUploadQuerySchema,
        response: { 200: uploadSchema, 201: uploadSchema, ...problems },
      },
    },
    async (request, reply) => {
      const { upload, created } = await uploads.save(
        scopeOf(request).projectId,
        request.query.name,
        (request.body as Readable | undefined) ?? request.raw,
      );
      return reply
        .code(created ? 201 : 200)
        .header('location', `/api/v1/uploads/${upload.id}`)
        .send(upload);
    },
  );

  app.get(
    '/uploads',
    {
      config: { permission: 'jobs:read' },
      schema: {
        tags,
        summary: 'The upload of a name and content',
        description: 'None or one: what the project has already need not be sent again. Uploads of other projects are not looked at.',
        querystring: uploadListQuerySchema,
        response: { 200: listOf(uploadSchema), ...problems },
      },
    },
    async (request) => {
      const upload = await uploads.find(scopeOf(request).projectId, request.query);
      return pageOf(upload ? [upload] : [], request.query, ({ id }) => id);
    },
  );

  app.get(
    '/uploads/:id',
    {
      config: { permission: 'jobs:read' },
      schema: { tags, summary: 'One upload', params: byId, querystring: noQuery, response: { 200: uploadSchema, ...problems } },
    },
    async (request) => found(await uploads.get(scopeOf(request).projectId, request.params.id), 'upload', request.params.id),
  );
}
