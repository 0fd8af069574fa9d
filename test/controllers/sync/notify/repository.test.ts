import test from 'ava';
import { placeOf } from '../../../../controllers/sync/notify/repository.ts';

test('address and repository follow from where the repository is', (t) => {
  for (const [provider, url, address, repository] of [
    ['GitHub', 'https://github.com/team/infra.git', 'https://api.github.com', 'team/infra'],
    ['GitHub', 'git@github.com:team/infra.git', 'https://api.github.com', 'team/infra'],
    ['GitHub', 'https://me@code.example.com/team/infra', 'https://code.example.com/api/v3', 'team/infra'],
    ['GitLab', 'https://gitlab.com/group/sub/infra.git/', 'https://gitlab.com/api/v4', 'group/sub/infra'],
    ['GitLab', 'ssh://git@gitlab.example.com:2222/group/infra.git', 'https://gitlab.example.com/api/v4', 'group/infra'],
    ['Gitea', 'https://git.example.com:3000/team/infra', 'https://git.example.com:3000/api/v1', 'team/infra'],
    ['Gitea', 'https://example.com/git/team/infra', 'https://example.com/git/api/v1', 'team/infra'],
  ] as const)
    t.deepEqual(placeOf(provider, url), { address, repository }, url);
});

test('of a repository on this machine, and of one without an owner, nobody can tell', (t) => {
  for (const url of ['/srv/infra.git', 'file:///srv/team/infra.git', 'https://example.com/infra', 'git://x/y/z', ''])
    t.is(placeOf('GitHub', url), undefined, url);
});
