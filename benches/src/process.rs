//! Processes of the binaries: the server of canned responses, and work under callgrind.

use std::{
    env,
    error::Error,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Returns the folder of the binaries, from the path of this one.
pub fn folder() -> io::Result<PathBuf> {
    let program = env::current_exe()?;
    Ok(program.parent().unwrap_or(Path::new("/")).to_owned())
}

/// The server, on the second core. Drop ends it.
#[derive(Debug)]
pub struct Server {
    process: Child,
    certificate: PathBuf,
    /// Addresses, as `work` reads them.
    pub addresses: String,
}

impl Server {
    /// Starts the server, and waits for its addresses.
    pub fn start(folder: &Path) -> io::Result<Self> {
        let certificate =
            env::temp_dir().join(format!("contacts-benches-{}.pem", std::process::id()));
        let mut process = Command::new("taskset")
            .args(["-c", "1"])
            .arg(folder.join("server"))
            .arg(&certificate)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut addresses = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut addresses)?;
        }
        Ok(Self { process, certificate, addresses: addresses.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_file(&self.certificate);
    }
}

/// Returns the instructions of doing some work once: the difference between `count` times and none.
pub fn instructions(
    folder: &Path,
    name: &str,
    count: u64,
    concurrency: u64,
    addresses: &str,
) -> Result<f64, Box<dyn Error>> {
    let counted = |count: u64| -> Result<f64, Box<dyn Error>> {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(folder.join("work"))
            .args([name, &count.to_string(), &concurrency.to_string(), addresses])
            .output()?;
        let text = String::from_utf8_lossy(&output.stderr);
        let line = text.lines().find_map(|line| line.split_once("Collected :"));
        Ok(line.ok_or_else(|| format!("{name}: {text}"))?.1.trim().parse()?)
    };
    Ok((counted(count)? - counted(0)?) / count as f64)
}
