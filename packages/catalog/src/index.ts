export { accelerators, acceleratorSources, clusters, findAccelerator, links, prices, pricesOf } from './accelerators.ts';
export { dataPackages, findDataPackage } from './data-packages.ts';
export { findModel, isTrainable, modelConfig, models, toModelResource } from './models.ts';
export type { Accelerator, Cluster, DataPackage, Link, ModelEntry, Price } from './schema.ts';
export { templates, type TemplateEntry } from './templates.ts';
