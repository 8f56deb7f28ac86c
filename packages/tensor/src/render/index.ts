export { renderC } from './c.ts';
