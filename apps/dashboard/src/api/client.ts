import { createClient } from '@massif/sdk';

/** The API that served this page; the browser's cookie says who asks. */
export const client = createClient({ url: location.origin });
