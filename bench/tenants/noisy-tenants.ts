import type { Tenant, TenantScene } from './scene.ts'

const atOnce = 20

/** Does the same for each number below a count, some at once; gives what came of them in order. */
export async function each<Result>(count: number, work: (n: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  for (let from = 0; from < count; from += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, count - from) }, (_, n) => from + n)
    results.push(...(await Promise.all(numbers.map(work))))
  }
  return results
}

export function newTenants(scene: TenantScene, count: number): Promise<Tenant[]> {
  return each(count, n => scene.newTenant(`noisy ${n}`))
}
