// Every workflow of the hub, one line each: the worker bundles this file.
export { handleInbound } from './handle-inbound.ts'
export { reconcile } from './reconcile.ts'
