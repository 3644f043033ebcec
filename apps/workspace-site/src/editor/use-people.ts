import { useEffect, useState } from 'react'
import type { Awareness } from 'y-protocols/awareness'
import { peopleOf } from './people.model.ts'
import type { Person } from './people.model.ts'

/** Who else is in the document now. */
export function usePeople(awareness: Awareness): readonly Person[] {
  const [people, setPeople] = useState<readonly Person[]>([])
  useEffect(() => {
    const look = () => {
      const now = peopleOf(awareness.getStates(), awareness.clientID)
      setPeople((before) => (isSame(before, now) ? before : now))
    }
    look()
    awareness.on('change', look)
    return () => awareness.off('change', look)
  }, [awareness])
  return people
}

const isSame = (a: readonly Person[], b: readonly Person[]) =>
  a.length === b.length && a.every(({ clientId, name }, index) => clientId === b[index]?.clientId && name === b[index]?.name)
