using System.Text.Json;
using Counterfoil.Models;
using Counterfoil.Models.Zoo;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Story.Tests;

/// <summary><c>counterfoil model inspect</c> and <c>calibrate</c>, as people type them; <c>register</c> is in <see cref="InferCommandTests"/>.</summary>
public sealed class ModelCommandTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-model-command-").FullName;

    public ModelCommandTests() => SmallNetwork.WriteTo(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string At(string name) => Path.Combine(folder, name);

    [Fact]
    public async Task What_is_in_a_file_is_shown_to_people_and_programs()
    {
        var shown = await TheCommand.RunAsync("model", "inspect", At("net.onnx"));
        Assert.True(shown.Exit == 0, shown.Error);
        string[] lines = shown.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("input input [1, 1, 8, 8]", lines[0]);
        Assert.Equal("output output [1, 4]", lines[^2]);
        // 2·9 + 2 and 18·4 + 4 parameters; 36·18 and 72 multiplications.
        Assert.Equal("96 parameters, 720 multiplications a run", lines[^1]);
        Assert.Equal(["Convolution", "Unary", "Pool", "Gemm"], lines[1..^2].Select(l => l.Split(' ')[0]));

        using var told = JsonDocument.Parse((await TheCommand.RunAsync("model", "inspect", At("net.onnx"), "--json")).Out);
        Assert.Equal((96, 720), (told.RootElement.GetProperty("parameters").GetInt32(), told.RootElement.GetProperty("macs").GetInt32()));
        Assert.Equal([1, 4], told.RootElement.GetProperty("outputs")[0].GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()));
    }

    [Fact]
    public async Task A_model_is_calibrated_and_what_is_said_of_it_is_what_its_integers_do()
    {
        var ran = await TheCommand.RunAsync("model", "calibrate", At("net.onnx"), "--data", At("typical.f32"), "--out", At("graph"), "--json");
        Assert.True(ran.Exit == 0, ran.Error);
        Assert.True(IntegerGraphEncoding.Decode(await File.ReadAllBytesAsync(At("graph")), out var graph).IsAccepted);
        List<float[]> records = [.. Enumerable.Range(10, 6).Select(SmallNetwork.Input)];
        Quantiser.Quantise(SmallNetwork.Model, records, new QuantiserOptions(), out var integers, out var report);
        Assert.Equal(IntegerGraphEncoding.Encode(integers!.Graph), IntegerGraphEncoding.Encode(graph!));
        using var told = JsonDocument.Parse(ran.Out);
        var facts = told.RootElement;
        Assert.Equal((6, 96, 720), (facts.GetProperty("samples").GetInt32(), facts.GetProperty("parameters").GetInt32(), facts.GetProperty("macs").GetInt32()));
        Assert.Equal((integers.InputScale, integers.OutputScale), (facts.GetProperty("inputScale").GetDouble(), facts.GetProperty("outputScale").GetDouble()));
        Assert.Equal((report!.MaximumError, report.RootMeanSquareError, report.Agreement), (facts.GetProperty("maximumError").GetDouble(), facts.GetProperty("rmsError").GetDouble(), facts.GetProperty("agreement").GetDouble()));
        Assert.True(facts.GetProperty("provable").GetBoolean());
        Assert.Equal(JsonValueKind.Null, facts.GetProperty("check").ValueKind);

        var shown = await TheCommand.RunAsync("model", "calibrate", At("net.onnx"), "--data", At("typical.f32"));
        Assert.EndsWith("it can be registered, and its answers proven\n", shown.Out, StringComparison.Ordinal);
        Assert.Contains("1  WindowMaximum", shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transformer_can_be_registered_too()
    {
        var zoo = ZooModel.All.Single(m => m.Name == "transformer-block");
        await File.WriteAllBytesAsync(At("block.onnx"), zoo.Build());
        Counterfoil.Models.Onnx.OnnxReader.Read(zoo.Build(), out var model);
        await File.WriteAllBytesAsync(At("block.f32"), [.. ZooModel.Inputs(model!, 2).SelectMany(r => SmallNetwork.Bytes(r))]);
        var ran = await TheCommand.RunAsync("model", "calibrate", At("block.onnx"), "--data", At("block.f32"), "--json");
        Assert.True(ran.Exit == 0, ran.Error);
        using var told = JsonDocument.Parse(ran.Out);
        Assert.True(told.RootElement.GetProperty("provable").GetBoolean());
    }

    [Theory]
    [InlineData(2, "there is no file", "inspect", "{folder}/none.onnx")]
    [InlineData(3, "model.onnx.", "inspect", "{folder}/x.json")]
    [InlineData(2, "there is no file", "calibrate", "{folder}/net.onnx", "--data", "{folder}/none")]
    [InlineData(2, "no whole number of inputs", "calibrate", "{folder}/net.onnx", "--data", "{folder}/net.onnx")]
    [InlineData(2, "a coverage of 0", "calibrate", "{folder}/net.onnx", "--data", "{folder}/typical.f32", "--coverage", "0")]
    [InlineData(2, "9 bits", "calibrate", "{folder}/net.onnx", "--data", "{folder}/typical.f32", "--output-bits", "9")]
    [InlineData(2, "a budget of 5000", "register", "{folder}/net.onnx", "--data", "{folder}/typical.f32", "--out", "{folder}/m", "--budget", "5000")]
    [InlineData(2, "a batch of 0", "register", "{folder}/net.onnx", "--data", "{folder}/typical.f32", "--out", "{folder}/m", "--batch", "0")]
    [InlineData(2, "a tensor budget of -1", "register", "{folder}/net.onnx", "--data", "{folder}/typical.f32", "--out", "{folder}/m", "--tensor-budget", "-1")]
    [InlineData(2, "tall", "register", "{folder}/net.onnx", "--data", "{folder}/typical.f32", "--out", "{folder}/m", "--schedule", "tall")]
    [InlineData(2, "is no name for a model", "register", "{folder}/net.onnx", "--data", "{folder}/typical.f32", "--out", "{folder}/m", "--name", "a/b")]
    [InlineData(2, "there is something at", "register", "{folder}/net.onnx", "--data", "{folder}/typical.f32", "--out", "{folder}")]
    [InlineData(2, "secret", "register", "{folder}/net.onnx", "--data", "{folder}/typical.f32", "--out", "{folder}/m", "--profile", "secret")]
    public async Task What_cannot_be_done_is_said_in_a_line(int exit, string said, params string[] arguments)
    {
        var ran = await TheCommand.RunAsync(["model", .. arguments.Select(a => a.Replace("{folder}", folder, StringComparison.Ordinal))]);
        Assert.Equal((exit, ""), (ran.Exit, ran.Out));
        Assert.Contains(said, ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("m")));
    }
}
