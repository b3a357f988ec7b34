//! The server runs out of open files, and goes on when there are some again.

use crate::support::bystanders::Bystanders;
use crate::support::program::Program;
use crate::support::server::connect;

#[tokio::test]
async fn missing_file_descriptors_are_logged_and_server_recovers() {
    let mut program =
        Program::start_with_files(48, &[], |line| line.contains("accept") || line.contains("panic")).await;
    let mut bystanders = Bystanders::talking(&program.server).await;
    let mut many = Vec::new();
    for _ in 0..60 {
        many.push(connect(program.server.address()).await.expect("the system takes it, if not the server"));
    }
    program.log_until("the server cannot accept connections").await;
    // Connected clients go on.
    bystanders.go_on().await;
    drop(many);
    assert_eq!(program.server.get("/healthz").await.text(), "ok\n");
    bystanders.call_again().await;
    assert_eq!(program.stop().await.code(), Some(0));
}
