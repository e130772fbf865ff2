//! The binary: everything is in the library, so that the Python wheel can offer the same command.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(consnap_cli::main_from(std::env::args_os()))
}
