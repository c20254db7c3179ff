import type { AuditedAction } from '../accounts/audit.ts'
import type { AppContext } from './context.ts'
import { addressOf } from './limits.ts'

/**
 * Writes down what was just done: by whoever is signed in, or by `actorId`, from where the request came. What was done is done: if this cannot
 * be written, the operator is told and the answer stays what it is.
 */
export async function recordAct(
  c: AppContext,
  action: AuditedAction,
  {
    actorId,
    ...about
  }: { actorId?: string; memberId?: string; roomId?: string; details?: Record<string, string | number> } = {},
): Promise<void> {
  const { audit, report } = c.get('house')
  const actor = actorId ?? c.get('identity')?.member.id ?? null
  try {
    await audit.record({ action, actorId: actor, address: addressOf(c), ...about })
  } catch (error) {
    report(error, { part: 'audit', action, reference: c.get('reference') })
  }
}
