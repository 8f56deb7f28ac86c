export { checkExportTarget, exportModel, type ExportOptions } from './export-model.ts';
export { loadModel, loadModelConfig, type LoadedModel, type LoadedParameter, loadTokenizer } from './load-model.ts';
export { openSafetensors, openSharded, type TensorSource } from './safetensors-reader.ts';
export { type TensorToWrite, writeSafetensors } from './safetensors-writer.ts';
