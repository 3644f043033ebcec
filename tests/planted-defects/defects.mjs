// Mistakes that are easy to make in a queue, each with the one test that must not let it pass.

/**
 * @typedef {object} Change
 * @property {string} file in `packages/queue/dist`
 * @property {string} search stands there once
 * @property {string} replace
 *
 * @typedef {object} Defect
 * @property {string} name
 * @property {string} wrong what the program does with it
 * @property {readonly Change[]} changes
 * @property {{ file: string, title: string }} test in `packages/queue/dist`, and the end of its full name
 */

const lua = (name) => `store/redis/lua/${name}.lua`
const procedure = (name) => `store/embedded/procedures/${name}.js`
const onRedis = (title) => ({ file: 'store/redis/redis-store.test.js', title })
const onFile = (title) => ({ file: 'store/embedded/embedded-store.test.js', title })

/** @type {readonly Defect[]} */
export const defects = [
  {
    name: 'no-nonce-check',
    wrong: 'a result is taken whenever the worker holds the message, under whatever claim',
    changes: [
      {
        file: lua('claim'),
        search: 'if not mark or sub(mark, 1, 11) ~= given[first_nonce + i - 1] then',
        replace: 'if not mark then',
      },
      {
        file: lua('claim'),
        search: 'if mark and sub(mark, 1, 11) == given[first_nonce + i - 1] and not taken[id] then',
        replace: 'if mark and not taken[id] then',
      },
    ],
    test: onRedis('a worker that claims the same message again cannot settle it with the old nonce'),
  },
  {
    name: 'settle-before-claims-are-read',
    wrong: 'results that are all done are settled without looking whether their claims still stand',
    changes: [{ file: lua('claim'), search: 'for i = 1, plain and results or 0 do', replace: 'for i = 1, 0 do' }],
    test: onRedis('a message of another worker cannot be settled, whatever the nonce'),
  },
  {
    name: 'stale-counted-as-done',
    wrong: 'a refused result is answered and counted like one that was taken',
    changes: [{ file: lua('claim'), search: "letters[i] = 's'", replace: "letters[i] = 'd'" }],
    test: onRedis('a result with another nonce is stale: it changes nothing and is counted'),
  },
  {
    name: 'lease-by-client-clock',
    wrong: "a lease ends by the clock of the worker's machine, not by that of the server",
    changes: [
      {
        file: 'store/redis/redis-store.js',
        search: 'call.nonce,\n            Math.round(call.leaseMs * 1000),',
        replace: 'call.nonce,\n            (Date.now() + call.leaseMs) * 1000,',
      },
      { file: lua('claim'), search: "format('%.0f', now_number + lease_us), worker)", replace: "format('%.0f', lease_us), worker)" },
    ],
    test: onRedis('a lease that still runs is left alone, to the last microsecond'),
  },
  {
    name: 'rescue-without-recheck',
    wrong: 'rescue takes from the workers it found in its first call, although one renewed its lease meanwhile',
    changes: [
      {
        file: lua('rescue'),
        search: "local ended = redis.call('ZRANGE', leases, '-inf', now, 'BYSCORE', 'LIMIT', 0, most_workers)",
        replace:
          "local ended = {}\nfor i = first_name, #ARGV do ended[#ended + 1] = ARGV[i] end\nif not ended[1] then ended = redis.call('ZRANGE', leases, '-inf', now, 'BYSCORE', 'LIMIT', 0, most_workers) end",
      },
    ],
    test: {
      file: 'store/redis/redis-store-rescue.test.js',
      title: 'a worker that renews between the search for ended leases and the rescue keeps what it holds',
    },
  },
  {
    name: 'outage-not-noticed',
    wrong: 'after a restart of the server, when nobody could renew, all workers count as dead',
    changes: [{ file: lua('rescue'), search: 'local restarted = m[2] and m[2] ~= run', replace: 'local restarted = false' }],
    test: {
      file: 'store/redis/redis-store-faults.test.js',
      title: 'after a restart of the server every lease first gets its full time, even one that ended meanwhile',
    },
  },
  {
    name: 'outage-mark-overwritten',
    wrong: 'a claim writes down which run of the server it saw without applying the rule that goes with it',
    changes: [
      {
        file: lua('claim'),
        search: "redis.call('HSETNX', meta, 'run', run)",
        replace: "redis.call('HSET', meta, 'run', run)",
      },
    ],
    test: {
      file: 'store/redis/redis-store-rescue.test.js',
      title: 'a claim that comes first after a restart of the server does not hide it from the rescue',
    },
  },
  {
    name: 'request-id-dropped',
    wrong: 'a frame that is repeated because its answer was lost is stored again',
    changes: [{ file: lua('enqueue'), search: 'if known and answer then', replace: 'if false then' }],
    test: onRedis('a repeated frame gets the first answer and stores nothing'),
  },
  {
    name: 'last-score-moved-by-scheduled',
    wrong: 'a message scheduled for next year moves the order of its level, and all later ones wait behind it',
    changes: [
      {
        file: lua('enqueue'),
        search: "set, score = later[level], string.format('%.0f', due)",
        replace:
          "set, score = later[level], string.format('%.0f', due)\n          last[level] = due\n          changed[#changed + 1] = 'last' .. (level - 1)\n          changed[#changed + 1] = score",
      },
    ],
    test: onRedis('a message scheduled for later moves nobody behind it into the future'),
  },
  {
    name: 'credits-reset-each-claim',
    wrong: 'each claim begins the order of turns anew, so that lower levels starve under small claims',
    changes: [
      {
        file: lua('claim'),
        search: 'local position, length, take = tonumber(m[5] or 0), #turns',
        replace: 'local position, length, take = 0, #turns',
      },
    ],
    test: onRedis('the order of turns goes on from claim to claim, whoever claims'),
  },
  {
    name: 'claim-not-replayed',
    wrong: 'a claim whose answer was lost cannot be had again: its messages wait for the end of the lease',
    changes: [
      {
        file: lua('claim'),
        search: 'local repeated = last_call and sub(last_call, 1, 16) == number and sub(last_call, 17, 27) == nonce',
        replace: 'local repeated = false',
      },
    ],
    test: onRedis('a repeated call gives the same messages and claims nothing new'),
  },
  {
    name: 'scheduled-delivered-early',
    wrong: 'what is due within the next second is given out now',
    changes: [
      {
        file: lua('claim'),
        search: "if not paused and due ~= '' and tonumber(due) <= now_number then",
        replace: "if not paused and due ~= '' then",
      },
      {
        file: lua('claim'),
        search: "'-inf', now, 'BYSCORE', 'LIMIT', 0, room, 'WITHSCORES')",
        replace: "'-inf', format('%.0f', now_number + 1000000), 'BYSCORE', 'LIMIT', 0, room, 'WITHSCORES')",
      },
    ],
    test: onRedis('a message is never given before its time'),
  },
  {
    name: 'release-spends-an-attempt',
    wrong: 'a message that a closing worker hands back counts as failed once',
    changes: [
      {
        file: lua('release'),
        search: "redis.call('ZADD', ready[level], score, id)",
        replace: "redis.call('ZADD', ready[level], score, id)\n      redis.call('HSET', state, id, score .. ' 1 0 0 0')",
      },
    ],
    test: onRedis('what a worker holds goes back to its old place without an attempt, and its lease ends'),
  },
  {
    name: 'redelivery-at-the-end',
    wrong: 'a message whose worker died goes to the end of its level instead of its old place',
    changes: [
      { file: lua('rescue'), search: "redis.call('ZADD', ready[level], score, id)", replace: "redis.call('ZADD', ready[level], now, id)" },
    ],
    test: onRedis('a message whose lease ended is ready again at its old place, with one crash'),
  },
  {
    name: 'innocents-condemned',
    wrong: 'two crashes make a message dead, although others in the same process may have caused them',
    changes: [{ file: lua('rescue'), search: 'if tonumber(alone_crashes) >= 2 and #mark > 12 then', replace: 'if crashes >= 2 then' }],
    test: onRedis('crashes of others never condemn a message'),
  },
  {
    name: 'counter-forgets-failures',
    wrong: 'a failed attempt leaves the number of active messages as it was, and the figures no longer add up',
    changes: [
      { file: lua('claim'), search: 'active, finished = active - #settled, #done', replace: 'active, finished = active - #done, #done' },
    ],
    test: onRedis('a failed attempt waits its delay in its level and counts as a retry'),
  },
  {
    name: 'wake-chain-missing',
    wrong: 'a thousand messages wake one worker of four',
    changes: [{ file: lua('claim'), search: 'if more and not short or left then', replace: 'if left then' }],
    test: onRedis('a claim that filled its limit and leaves messages wakes one idle worker'),
  },
  {
    name: 'due-left-to-the-poll',
    wrong: 'what a busy worker finds due waits for the next poll, although another worker is idle',
    changes: [{ file: lua('claim'), search: 'if more and not short or left then', replace: 'if more and not short then' }],
    test: onRedis('a claim that finds something due and takes nothing wakes an idle worker'),
  },
  {
    name: 'results-need-memory',
    wrong: 'a full server refuses results, so that it can never become emptier',
    changes: [{ file: 'store/redis/scripts.js', search: "claim: verb('claim', 'free', [", replace: "claim: verb('claim', 'grow', [" }],
    test: {
      file: 'store/redis/redis-store-faults.test.js',
      title: 'a full server refuses new messages with STORE_FULL and still gives out, settles, moves and removes what it has',
    },
  },
  {
    name: 'no-nonce-check-in-the-file',
    wrong: 'the same in the embedded store',
    changes: [{ file: procedure('settle'), search: 'if (!claim || claim.nonce !== call.nonces[index]) {', replace: 'if (!claim) {' }],
    test: onFile('a worker that claims the same message again cannot settle it with the old nonce'),
  },
  {
    name: 'request-id-dropped-in-the-file',
    wrong: 'the same in the embedded store',
    changes: [
      { file: procedure('enqueue'), search: 'const before = producer.answers[given.number];', replace: 'const before = undefined;' },
    ],
    test: onFile('a repeated frame gets the first answer and stores nothing'),
  },
  {
    name: 'key-kept-by-cancel',
    wrong: 'the dedupe key of a message that is removed stays taken for ever',
    changes: [{ file: lua('prelude'), search: 'if note then let_go(owners, ids[i], note) end', replace: '' }],
    test: onRedis('a key until finished is free when its message is cancelled while it waits'),
  },
  {
    name: 'key-kept-by-death',
    wrong: 'the dedupe key of a dead message stays taken until somebody purges it',
    changes: [{ file: lua('prelude'), search: 'if note then let_go(owners, id, note) end', replace: '' }],
    test: onRedis('a key until window is free when its message crashes while it runs alone, and is condemned'),
  },
  {
    name: 'key-kept-at-completion',
    wrong: 'the dedupe key of a message that is done stays taken',
    changes: [{ file: lua('claim'), search: 'if kind == 115 or kind == 102 and are_done then', replace: 'if kind == 115 then' }],
    test: onRedis('a key until finished is held through claim, failure, release and rescue, and free when its message is done'),
  },
  {
    name: 'key-of-another-freed',
    wrong: 'the end of a message frees its dedupe key although another message holds it by now',
    changes: [{ file: lua('prelude'), search: 'if owner and string.sub(owner, 18) == id then', replace: 'if owner then' }],
    test: onRedis('a window holds for its time from enqueue, whether or not its message is done, trimmed or still waits'),
  },
  {
    name: 'redrive-takes-no-key',
    wrong: 'a dead message comes back beside the one that holds its dedupe key',
    changes: [{ file: lua('redrive'), search: 'if stands and string.sub(owner, 18) ~= id then return false end', replace: '' }],
    test: onRedis('a dead message whose key another holds stays dead when it is redriven, and those behind it come back'),
  },
  {
    name: 'key-kept-by-purge-in-the-file',
    wrong: 'the dedupe key of a message that is removed stays taken, in the embedded store',
    changes: [{ file: 'store/embedded/places.js', search: 'freeKeys(context, state, messages);', replace: '' }],
    test: onFile('a key until finished is free when its message is purged'),
  },
  {
    name: 'retry-off-by-one',
    wrong: '`maxRetries: 3` makes four attempts',
    changes: [{ file: 'policy/backoff.js', search: 'failed >= rule.maxRetries', replace: 'failed > rule.maxRetries' }],
    test: { file: 'policy/backoff.test.js', title: 'three attempts are two waits, ×1 and ×2, then the message is dead' },
  },
  {
    name: 'new-nonce-on-repeat',
    wrong: 'the worker repeats an unanswered call under another name, so that the store cannot know it again',
    changes: [
      {
        file: 'worker/claim-loop.js',
        search: 'this.#options.store.claim(out.call)',
        replace: 'this.#options.store.claim({ ...out.call, nonce: randomNonce() })',
      },
    ],
    test: { file: 'worker.time.test.js', title: 'a call whose answer was lost is repeated, and nothing is claimed or settled twice' },
  },
  {
    name: 'hand-back-as-failure',
    wrong: 'a closing worker reports what it did not finish as failed, which spends an attempt',
    changes: [
      {
        file: 'worker/claim-loop.js',
        search: "nonce: attempt.nonce, kind: 'released' }",
        replace: "nonce: attempt.nonce, kind: 'failed', delayMs: 0, attempt: '{}' }",
      },
    ],
    test: {
      file: 'worker.time.test.js',
      title: 'what was claimed ahead of its slot is handed back at close, without an attempt',
    },
  },
  {
    name: 'close-without-release',
    wrong: 'a closing worker leaves what it aborted to the end of its lease',
    changes: [{ file: 'worker/close.js', search: 'Promise.all([stopped, releaseAll(store, worker)])', replace: 'stopped' }],
    test: {
      file: 'engine.model.test.js',
      title: 'close waits for what runs until the deadline, hands back the rest, and spends no attempt',
    },
  },
]
