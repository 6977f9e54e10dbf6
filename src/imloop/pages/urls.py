from django.urls import URLPattern, path

from imloop.pages import department, istation, lines, mstation, public, test_page, what_if

urlpatterns: list[URLPattern] = [
    path("", public.start),
    path("find", public.find),
    path("settings", public.change_settings),
    path("login", public.log_in),
    path("logout", public.log_out),
    path("password", public.password),
    path("c/<str:token>", public.owner_case),
    path("c/<str:token>/notice.pdf", public.owner_notice_pdf),
    path("desk", public.any_desk),
    path("desk/istation", istation.today),
    path("desk/istation/upload", istation.upload),
    path("desk/istation/permit", istation.permit),
    path("notices/<str:notice_no>.pdf", istation.notice_pdf),
    path("reports/<str:test_no>.pdf", istation.report_pdf),
    path("tests/<str:test_no>", test_page.one_test),
    path("traces/<str:test_no>.csv", department.trace_file),
    path("desk/mstation", mstation.cases),
    path("desk/mstation/repair", mstation.repair),
    path("desk/environment", department.environment),
    path("environment/what-if", what_if.what_if),
    path("lines", lines.lines),
    path("lines/<str:station>/<str:code>", lines.one_line),
    path("cases", department.cases),
    path("cases/<str:case_no>", department.one_case),
    path("cases/<str:case_no>/decide", department.decide),
]
