using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Cli.Log;
using Counterfoil.Cli.Models;
using Counterfoil.Core.Verdicts;
using Counterfoil.Node.Serving;
using Counterfoil.Prover.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Counterfoil.Cli.Inference;

/// <summary><c>counterfoil serve</c>: a model by the Open Inference Protocol v2, its answers proven.</summary>
static class ServeCommand
{
    public const string Name = "serve";

    /// <summary>How long what was begun may take after a signal to end; then the process ends whatever it does.</summary>
    public static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(25);

    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "The folder that \"model register\" wrote", Required = true };
        var listen = LogArguments.Listen(8602);
        var provers = new Option<int>("--provers") { Description = "Proofs made at the same time", DefaultValueFactory = _ => 1 };
        var waiting = new Option<int>("--waiting") { Description = "Requests that may wait for their turn; who comes later is told to come again (503)", DefaultValueFactory = _ => 16 };
        var json = new Option<bool>("--json") { Description = "The line that says where, as JSON" };
        var command = new Command(Name, "Serves a registered model by the Open Inference Protocol v2; every answer comes with its proof") { model, listen, provers, waiting, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(model)!, parsed.GetValue(listen)!, parsed.GetValue(provers), parsed.GetValue(waiting), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string path, string listen, int provers, int waiting, bool asJson, CancellationToken cancel)
    {
        if (provers is < 1 or > 64) throw new UsageException($"{provers} provers", "1 to 64");
        if (waiting is < 0 or > 4096) throw new UsageException($"{waiting} requests that wait", "0 to 4096");
        var endpoint = LogArguments.EndpointOf(listen);
        if (!Directory.Exists(path)) throw new UsageException($"there is no folder {path}", "\"counterfoil model register\" writes one");
        ModelFolder? folder;
        using (var lines = new StageLines("opening")) ModelFolder.Open(path, out folder).Require();
        using (folder)
        {
            var options = new ServingOptions { Endpoint = endpoint, Provers = provers, Waiting = waiting, EndPatience = EndPatience, Logging = Log };
            InferenceHost host;
            try
            {
                host = await InferenceHost.StartAsync(folder!, options, cancel);
            }
            catch (IOException e) when (e.InnerException is AddressInUseException)
            {
                throw new UsageException($"{listen} is taken", "--listen 127.0.0.1:0 takes a free one");
            }
            await using (host)
            {
                var model = folder!.Published;
                folder.Left(out int? left);
                if (asJson) Console.Out.WriteLine(new JsonObject { ["address"] = host.Address.ToString(), ["model"] = model.Name, ["modelId"] = model.Model.Id.ToString(), ["proofsLeft"] = left }.ToJsonString());
                else Console.Out.WriteLine($"{host.Address}v2/models/{model.Name}");
                Terminal.Notes.WriteLine($"counterfoil: {model.Name} {model.Model.Id} answers, {(left is null ? "weights not hidden" : $"{left} proofs left")}; interrupt to stop");
                await Task.WhenAny(Task.Delay(Timeout.Infinite, cancel));
                await host.StopAsync();
                Terminal.Notes.WriteLine("counterfoil: stopped");
            }
        }
        return ExitCode.Yes;
    }

    // One line a request, on stderr; the server's own chatter below a warning is nobody's.
    static void Log(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.UseUtcTimestamp = true;
        });
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
