export function processTree(pid: number): number[]
export function isRunning(pid: number): boolean
export function killTree(pid: number): number[]
export function commandLine(pid: number): string
