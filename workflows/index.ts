// Every workflow of the hub, one line each: the worker bundles this file.
export { reconcile } from './reconcile.ts'
